import { CopyButton } from '../copy-button.js';
import { usePage } from '../live-page.js';
import { isFiltering, noFilter } from './filter.js';
import { isMessage } from './rows.js';

/** What stands where no message is to be shown, and what can be done about it. */
export function EmptyFeed() {
  const page = usePage();
  const isFiltered = isFiltering(page.filter.value) && page.rows.value.some(isMessage);
  if (isFiltered)
    return (
      <div class="empty">
        <h2>Nothing here fits the filter</h2>
        <p>Messages that fit show as they come.</p>
        <button type="button" onClick={() => (page.filter.value = noFilter)}>
          Show all messages
        </button>
      </div>
    );
  const isPublishing = page.publishTo.value !== null;
  return (
    <div class="empty">
      <h2>Waiting for messages</h2>
      {isPublishing ? (
        <p>Publish one with the box on this page, and it shows here.</p>
      ) : (
        <Command />
      )}
    </div>
  );
}

function Command() {
  const command = 'redis-cli PUBLISH test_websocket hello';
  return (
    <>
      <p>Publish one to the Redis that the publisher hears, and it shows here:</p>
      <p class="command">
        <code>{command}</code>
        <CopyButton text={() => command} label="Copy the command" />
      </p>
    </>
  );
}
