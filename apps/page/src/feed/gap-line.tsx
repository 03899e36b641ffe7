import type { GapItem } from '@relay/contracts';
import { Icon } from '../icon.js';
import { gapWords } from '../words/gap-words.js';

/** The red band where messages may be missing. */
export function GapLine({ gap }: { gap: GapItem }) {
  return (
    <div class="band gap">
      <Icon name="gap" />
      <p>
        {gapWords(gap, Date.now())}
        {gap.publisher !== null && <span class="band-aside">{gap.publisher}</span>}
      </p>
    </div>
  );
}
