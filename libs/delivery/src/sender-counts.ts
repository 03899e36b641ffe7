import { BEFORE_ALL, compareOffsets, GapReason, type Offset, sequenceOf } from '@relay/contracts';
import { entriesOf, type Run } from './run.js';

/** What a sender has done since it exists, in plain numbers. */
export class SenderCounts {
  /** Entries that were sent, each time that they were. */
  sentEntries = 0;
  /** Those among them that had been sent before. */
  resentEntries = 0;
  /** Messages in whose place a gap was sent, because they are larger than the consumer takes. */
  tooLargeMessages = 0;
  /** The end of what was ever sent. */
  #sentOnce: Offset = BEFORE_ALL;

  /** A frame is sent: the entries of `run`, which lie behind `after`. */
  sent(after: Offset, run: Run): void {
    const sentOnce = this.#sentOnce;
    this.sentEntries += run.count;
    if (compareOffsets(run.last, sentOnce) > 0) this.#sentOnce = run.last;
    const isFresh = compareOffsets(after, sentOnce) >= 0;
    if (isFresh && !run.hasGaps) return;
    const fresh = entriesOf(run).filter(({ offset }) => compareOffsets(offset, sentOnce) > 0);
    this.resentEntries += run.count - fresh.length;
    for (const entry of fresh) {
      if (entry.kind === 'gap' && entry.reason === GapReason.tooLarge) this.tooLargeMessages += 1;
    }
  }
}

/**
 * How many of the `entries` of a frame, which go from `first` to `last`, lie up to `cursor`; 0 where
 * offsets left some out, so that nobody can know.
 */
export function entriesUpTo(
  cursor: Offset,
  { first, last, entries }: { first: Offset; last: Offset; entries: number },
): number {
  if (compareOffsets(cursor, first) < 0) return 0;
  const [from, to, reached] = [sequenceOf(first), sequenceOf(last), sequenceOf(cursor)];
  return to - from + 1 === entries ? Math.min(reached - from + 1, entries) : 0;
}
