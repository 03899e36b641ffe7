import type { NewEntry, NewGap, ReadLimit } from './outbox.js';
import { needsItsOwn, Segment, type Span } from './segment.js';

/** Segments that are kept to be used again: more than a consumer's window goes through. */
const MAX_SPARE = 16;

/** What an entry was that is no longer held. */
export interface Shifted {
  readonly gap: NewGap | undefined;
  /** When it was taken in, or where the gap ends; null: unknown. */
  readonly at: number | null;
}

/** What an outbox in memory holds, numbered from 1: new entries come behind the newest, the oldest go first. */
export class EntryLog {
  /** The number of the oldest entry, and that behind the newest. */
  oldest = 1;
  next = 1;
  /** By `entryBytes`. */
  bytes = 0;
  readonly #segments: Segment[] = [];
  readonly #spare: Segment[] = [];

  get length(): number {
    return this.next - this.oldest;
  }

  push(entry: NewEntry): void {
    let segment = this.#segments.at(-1);
    if (!segment?.append(entry)) {
      segment = this.#begin(entry);
      if (!segment.append(entry)) throw new Error('a new segment has no room for its first entry');
      this.#segments.push(segment); // not before: an empty one has no time and no gap to tell
    }
    this.bytes += segment.bytesAt(this.next);
    this.next += 1;
  }

  /** Takes the oldest out. */
  shift(): Shifted | undefined {
    const [segment] = this.#segments;
    if (segment === undefined) return undefined;
    const shifted = { gap: segment.gapAt(this.oldest), at: segment.timeAt(this.oldest) };
    this.discard(this.oldest);
    return shifted;
  }

  /** Takes everything out up to and with `number`. */
  discard(number: number): void {
    while (this.oldest <= number) {
      const [segment] = this.#segments;
      if (segment === undefined) return;
      const end = Math.min(number + 1, segment.next);
      for (let n = this.oldest; n < end; n++) this.bytes -= segment.bytesAt(n);
      this.oldest = end;
      if (end === segment.next) this.#drop();
    }
  }

  /** Entries from `number` on, which it holds. A view, good until something is put in or taken out. */
  span(number: number, limit: ReadLimit): Span | undefined {
    return this.#segments.find(({ next }) => next > number)?.span(number, limit);
  }

  /** How many of those from `number` on are gaps. */
  gapsFrom(number: number): number {
    return this.#segments.reduce((sum, segment) => sum + segment.gapsFrom(number), 0);
  }

  #begin(entry: NewEntry): Segment {
    const spare = needsItsOwn(entry) ? undefined : this.#spare.pop();
    const segment = spare ?? new Segment();
    segment.begin(this.next, entry);
    return segment;
  }

  #drop(): void {
    const segment = this.#segments.shift();
    if (!segment?.isStandard || this.#spare.length === MAX_SPARE) return;
    this.#spare.push(segment);
  }
}
