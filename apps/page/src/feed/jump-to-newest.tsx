import { Icon } from '../icon.js';
import { usePage } from '../live-page.js';
import { count } from '../words/numbers.js';

/** Leads back to the newest message when somebody has scrolled away from it. */
export function JumpToNewest() {
  const page = usePage();
  if (page.isFollowing.value || page.isPaused.value) return null;
  const held = page.held.value;
  return (
    <button type="button" class="jump" onClick={() => page.jumpToNewest()}>
      <Icon name="down" />
      {held === 0 ? 'Newest' : count(held, 'new message')}
    </button>
  );
}
