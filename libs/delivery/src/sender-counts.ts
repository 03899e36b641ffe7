import { BEFORE_ALL, compareOffsets, type Entry, GapReason, type Offset } from '@relay/contracts';

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

  /** A frame is sent: `entries`, which lie behind `after` and end at `last`. */
  sent(after: Offset, entries: readonly Entry[], last: Offset): void {
    const sentOnce = this.#sentOnce;
    this.sentEntries += entries.length;
    if (compareOffsets(last, sentOnce) > 0) this.#sentOnce = last;
    const fresh =
      compareOffsets(after, sentOnce) >= 0
        ? entries
        : entries.filter(({ offset }) => compareOffsets(offset, sentOnce) > 0);
    this.resentEntries += entries.length - fresh.length;
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
  return to - from + 1 === entries ? reached - from + 1 : 0;
}

function sequenceOf(offset: Offset): number {
  return Number(offset.slice(offset.indexOf('-') + 1));
}
