import { Icon } from '../icon.js';
import { count } from '../words/numbers.js';
import type { NoteRow } from './rows.js';

const words: Readonly<Record<NoteRow['about'], (messages: string) => string>> = {
  'left-out': (messages) => `${messages} came here; at this rate not all are drawn`,
  skipped: (messages) => `Skipped ahead over ${messages}: this page was too slow for them`,
  away: (messages) => `${messages} came while this page was away, and are no longer kept`,
  forgotten: (messages) => `${messages} came while it stood still, and are too many to show`,
  restarted: () => 'The consumer was started again; what is above came from it before',
};

/** What the page does not show, and why. */
export function NoteLine({ note }: { note: NoteRow }) {
  return (
    <div class="band calm">
      <Icon name="note" />
      <p>
        {words[note.about](
          count(note.count, note.about === 'left-out' ? 'more message' : 'message'),
        )}
      </p>
    </div>
  );
}
