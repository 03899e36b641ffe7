import {
  BEFORE_ALL,
  decodeEntries,
  type EncodedEntries,
  encodeEntries,
  type Entry,
  entryBytes,
  type Offset,
} from '@relay/contracts';

/** Entries that follow each other in an outbox, as they travel, and what a sender has to know of them. */
export interface Run extends EncodedEntries {
  /** By `entryBytes`, of all of them. */
  readonly bytes: number;
  /** … and of the largest. */
  readonly largestBytes: number;
  /** The places of the first and the last entry; `BEFORE_ALL` where there is none. */
  readonly first: Offset;
  readonly last: Offset;
  /** When the last was taken in, or where a gap ends; null: unknown. */
  readonly lastAt: number | null;
  readonly hasGaps: boolean;
}

/** Gaps, and what else is made entry by entry. */
export function runOf(entries: readonly Entry[]): Run {
  const last = entries.at(-1);
  const sizes = entries.map(entryBytes);
  return {
    ...encodeEntries(entries),
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    largestBytes: Math.max(0, ...sizes),
    first: entries[0]?.offset ?? BEFORE_ALL,
    last: last?.offset ?? BEFORE_ALL,
    lastAt: last ? takenInAt(last) : null,
    hasGaps: entries.some(({ kind }) => kind === 'gap'),
  };
}

/** One behind the other. */
export function joined(first: Run, second: Run): Run {
  if (second.count === 0) return first;
  const items = new Uint8Array(first.items.length + second.items.length);
  items.set(first.items);
  items.set(second.items, first.items.length);
  return {
    count: first.count + second.count,
    items,
    bytes: first.bytes + second.bytes,
    largestBytes: Math.max(first.largestBytes, second.largestBytes),
    first: first.first,
    last: second.last,
    lastAt: second.lastAt,
    hasGaps: first.hasGaps || second.hasGaps,
  };
}

/** One by one. Their payloads are views of the run. */
export function entriesOf(run: Run): Entry[] {
  return decodeEntries(run);
}

/** When a message was taken in, or where a gap ends; null: unknown. */
export function takenInAt(entry: Entry): number | null {
  return entry.kind === 'message' ? entry.receivedAt : entry.to;
}
