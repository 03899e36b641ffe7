import type { StartItem } from '@relay/contracts';
import { Icon } from '../icon.js';
import { timeOf } from '../words/times.js';

/** A publisher began: nothing is missing. */
export function StartLine({ start }: { start: StartItem }) {
  const { publisher, subscribedAt } = start;
  const since = subscribedAt === null ? '' : ` at ${timeOf(subscribedAt, Date.now())}`;
  return (
    <div class="band calm">
      <Icon name="start" />
      <p>
        {publisher ?? 'A publisher'} began to listen{since}
      </p>
    </div>
  );
}
