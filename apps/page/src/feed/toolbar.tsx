import { Icon } from '../icon.js';
import { usePage } from '../live-page.js';
import { count, number } from '../words/numbers.js';
import { isFiltering, noFilter } from './filter.js';

/** Longer ones are no use, and a link may carry anything. */
const MAX_FILTER_LENGTH = 200;

/** Filter, pause, clear. */
export function Toolbar() {
  const page = usePage();
  const filter = page.filter.value;
  const isPaused = page.isPaused.value;
  const change = (changes: Partial<typeof filter>) =>
    (page.filter.value = { ...page.filter.value, ...changes });
  return (
    <div class="toolbar" role="group" aria-label="What is shown">
      <div class="filter" role="search">
        <Icon name="search" />
        <input
          id="filter-text"
          type="search"
          placeholder="Filter by text"
          aria-label="Filter by text"
          autocomplete="off"
          spellcheck={false}
          maxLength={MAX_FILTER_LENGTH}
          value={filter.text}
          onInput={({ currentTarget }) => change({ text: currentTarget.value })}
        />
        <input
          id="filter-channel"
          type="search"
          placeholder="Channel"
          aria-label="Filter by channel"
          list="channels"
          autocomplete="off"
          spellcheck={false}
          maxLength={MAX_FILTER_LENGTH}
          value={filter.channel}
          onInput={({ currentTarget }) => change({ channel: currentTarget.value })}
        />
        <datalist id="channels">
          {page.channels.value.map((channel) => (
            <option key={channel} value={channel} />
          ))}
        </datalist>
        {isFiltering(filter) && (
          <button type="button" class="small" onClick={() => (page.filter.value = noFilter)}>
            Show all
          </button>
        )}
      </div>
      <div class="actions">
        <button
          type="button"
          class="pause"
          data-paused={isPaused}
          onClick={() => page.togglePause()}
        >
          <Icon name={isPaused ? 'play' : 'pause'} />
          {isPaused ? 'Resume' : 'Pause'}
        </button>
        <button type="button" onClick={() => page.clear()}>
          <Icon name="clear" />
          Clear
        </button>
      </div>
      <FeedState />
    </div>
  );
}

/** In a line what of all that comes is shown, and why not all. */
function FeedState() {
  const page = usePage();
  const sampled = page.sampled.value;
  if (page.isPaused.value)
    return (
      <p class="feed-state paused">
        <b>Paused</b> {count(page.held.value, 'message')} came meanwhile
      </p>
    );
  if (sampled !== undefined)
    return (
      <p class="feed-state">
        showing {number(sampled.shown)} of {count(sampled.all, 'message')} of this second; counts
        are exact
      </p>
    );
  if (isFiltering(page.filter.value))
    return (
      <p class="feed-state">
        {number(page.shownRows.value.length)} of {number(page.rows.value.length)} shown; gaps always
        are
      </p>
    );
  return null;
}
