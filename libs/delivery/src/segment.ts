import { CborWriter, entryBytes, maxEncodedBytes, writeEntry } from '@relay/contracts';
import type { NewEntry, NewGap, ReadLimit } from './outbox.js';

/** Memory for so much, which a writer keeps to write to again. */
const SEGMENT_BYTES = 1024 * 1024;
/**
 * A larger entry, by `entryBytes`, has memory of its own size: behind others it would leave too much of theirs
 * empty. One that is not takes less than half a segment, whatever script its names are in.
 */
const MAX_SHARED_BYTES = SEGMENT_BYTES / 8;
const INITIAL_ENTRIES = 256;
const MAX_ENTRIES = 16_384;

/** Some of the entries of a segment. */
export interface Span {
  readonly count: number;
  /** As they travel. */
  readonly items: Uint8Array;
  /** By `entryBytes`, of all and of the largest. */
  readonly bytes: number;
  readonly largestBytes: number;
  /** When the last was taken in, or where a gap ends; null: unknown. */
  readonly lastAt: number | null;
  readonly hasGaps: boolean;
}

/**
 * Entries of an outbox in memory, one behind the other and as they travel: no object for each, which would be
 * garbage one day, and memory that is used again.
 */
export class Segment {
  /** The number of its first entry, and that behind its last. */
  #first = 0;
  #next = 0;
  readonly #writer = new CborWriter();
  /** Of each entry: where it ends, its `entryBytes`, when it was taken in. */
  #ends = new Uint32Array(INITIAL_ENTRIES);
  #sizes = new Uint32Array(INITIAL_ENTRIES);
  #times = new Float64Array(INITIAL_ENTRIES);
  /** By number. */
  readonly #gaps = new Map<number, NewGap>();

  get next(): number {
    return this.#next;
  }

  /** Whether others can be written to its memory one day: it is not that of one large entry. */
  get isStandard(): boolean {
    return this.#writer.length + this.#writer.room === SEGMENT_BYTES;
  }

  /** Begins anew with the number `first`, and with room for `entry`: what was in it is gone. */
  begin(first: number, entry: NewEntry): void {
    this.#first = first;
    this.#next = first;
    this.#gaps.clear();
    this.#writer.begin(needsItsOwn(entry) ? maxEncodedBytes(entry, first) : SEGMENT_BYTES);
  }

  /** @returns whether there was room for it */
  append(entry: NewEntry): boolean {
    const number = this.#next;
    const index = number - this.#first;
    if (index === MAX_ENTRIES || (index > 0 && needsItsOwn(entry))) return false;
    if (maxEncodedBytes(entry, number) > this.#writer.room) return false;
    if (index === this.#ends.length) this.#grow();
    this.#writer.continueAt(this.#endOf(index - 1)); // behind what was written whole
    writeEntry(this.#writer, entry, number);
    this.#ends[index] = this.#writer.length;
    this.#sizes[index] = entryBytes(entry);
    if (entry.kind === 'message') this.#times[index] = entry.receivedAt;
    else this.#gaps.set(number, entry);
    this.#next += 1;
    return true;
  }

  /** By `entryBytes`. */
  bytesAt(number: number): number {
    return this.#sizes[number - this.#first] ?? 0;
  }

  gapAt(number: number): NewGap | undefined {
    return this.#gaps.size === 0 ? undefined : this.#gaps.get(number);
  }

  timeAt(number: number): number | null {
    const gap = this.gapAt(number);
    return gap ? gap.to : (this.#times[number - this.#first] ?? null);
  }

  /** How many of those from `number` on are gaps. */
  gapsFrom(number: number): number {
    if (this.#gaps.size === 0) return 0;
    return [...this.#gaps.keys()].filter((gap) => gap >= number).length;
  }

  /** As many entries from `number` on as the limit allows, one at the least. A view. */
  span(number: number, limit: ReadLimit): Span {
    const from = number - this.#first;
    const most = Math.min(this.#next - this.#first, from + limit.entries);
    let bytes = 0;
    let largestBytes = 0;
    let to = from;
    for (; to < most; to++) {
      const size = this.#sizes[to] ?? 0;
      if (bytes + size > limit.bytes && to > from) break;
      bytes += size;
      if (size > largestBytes) largestBytes = size;
    }
    const items = this.#writer.view(this.#endOf(from - 1), this.#endOf(to - 1));
    const lastAt = this.timeAt(this.#first + to - 1);
    const hasGaps = this.gapsFrom(number) > this.gapsFrom(number + to - from);
    return { count: to - from, items, bytes, largestBytes, lastAt, hasGaps };
  }

  /** Where an entry ends in memory; -1 is before the first. */
  #endOf(index: number): number {
    return index < 0 ? 0 : (this.#ends[index] ?? 0);
  }

  #grow(): void {
    const { length } = this.#ends;
    // All of them or, without memory, none.
    const ends = new Uint32Array(2 * length);
    const sizes = new Uint32Array(2 * length);
    const times = new Float64Array(2 * length);
    ends.set(this.#ends);
    sizes.set(this.#sizes);
    times.set(this.#times);
    this.#ends = ends;
    this.#sizes = sizes;
    this.#times = times;
  }
}

/** Whether an entry is so large that a new segment has its size. */
export function needsItsOwn(entry: NewEntry): boolean {
  return entryBytes(entry) > MAX_SHARED_BYTES;
}
