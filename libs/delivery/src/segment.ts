import { CborWriter, entryBytes, maxEncodedBytes, writeEntry } from '@relay/contracts';
import type { NewEntry, NewGap, ReadLimit } from './outbox.js';

/** Memory for so much; a larger entry has a segment of its own. */
const SEGMENT_BYTES = 1024 * 1024;
const SEGMENT_ENTRIES = 16_384;

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
  readonly #ends = new Uint32Array(SEGMENT_ENTRIES);
  readonly #sizes = new Uint32Array(SEGMENT_ENTRIES);
  readonly #times = new Float64Array(SEGMENT_ENTRIES);
  /** By number. */
  readonly #gaps = new Map<number, NewGap>();

  get next(): number {
    return this.#next;
  }

  /** Whether it has more memory than most, for one large entry. */
  get isOversize(): boolean {
    return this.#writer.length + this.#writer.room > SEGMENT_BYTES;
  }

  /** Begins anew with the number `first`, and with room for `entry`: what was in it is gone. */
  begin(first: number, entry: NewEntry): void {
    this.#first = first;
    this.#next = first;
    this.#gaps.clear();
    this.#writer.begin(Math.max(SEGMENT_BYTES, maxEncodedBytes(entry, first)));
  }

  /** @returns whether there was room for it */
  append(entry: NewEntry): boolean {
    const number = this.#next;
    const index = number - this.#first;
    if (index === SEGMENT_ENTRIES) return false;
    if (maxEncodedBytes(entry, number) > this.#writer.room) return false;
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
    const begin = from === 0 ? 0 : (this.#ends[from - 1] ?? 0);
    const items = this.#writer.view(begin, this.#ends[to - 1] ?? begin);
    const lastAt = this.timeAt(this.#first + to - 1);
    const hasGaps = this.gapsFrom(number) > this.gapsFrom(number + to - from);
    return { count: to - from, items, bytes, largestBytes, lastAt, hasGaps };
  }
}
