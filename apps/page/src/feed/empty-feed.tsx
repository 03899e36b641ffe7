import { CopyButton } from '../copy-button.js';
import { usePage } from '../live-page.js';
import { isFiltering, noFilter } from './filter.js';

/** What stands where no message is to be shown, and what can be done about it. */
export function EmptyFeed() {
  const page = usePage();
  const isFiltered = isFiltering(page.filter.value) && page.rows.value.length > 0;
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
  const command = `redis-cli PUBLISH ${page.publishTo.value?.[0] ?? 'test_websocket'} hello`;
  return (
    <div class="empty">
      <h2>Waiting for the first message</h2>
      <p>
        {page.publishTo.value === null
          ? 'Publish one to Redis, and it shows here:'
          : 'Publish one with the box on this page, or from a terminal:'}
      </p>
      <p class="command">
        <code>{command}</code>
        <CopyButton text={() => command} label="Copy the command" />
      </p>
    </div>
  );
}
