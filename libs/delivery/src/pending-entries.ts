import type { Entry, Offset } from '@relay/contracts';
import { Ring } from './ring.js';
import { weightOf } from './weight.js';

/** Entries that are pending no more. */
export interface Taken {
  /** The offset of the last of them. */
  readonly last: Offset;
  readonly entries: number;
  readonly bytes: number;
}

/** What was received and is not handled yet. Keeps the frames' own arrays: nothing is made for an entry. */
export class PendingEntries {
  /** What each frame brought, the oldest first. */
  readonly #frames = new Ring<readonly Entry[]>();
  /** How many of the oldest frame's are handled. */
  #handledOfOldest = 0;
  #length = 0;
  #bytes = 0;

  get length(): number {
    return this.#length;
  }

  /** The part of the window that they take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds the entries of a frame, which take so many bytes. */
  push(frame: readonly Entry[], bytes: number): void {
    if (frame.length === 0) return;
    this.#frames.push(frame);
    this.#length += frame.length;
    this.#bytes += bytes;
  }

  /** Takes the oldest entries out, so many or all; undefined when there is none. */
  shift(count: number): Taken | undefined {
    let last: Offset | undefined;
    let entries = 0;
    let bytes = 0;
    while (entries < count && this.#frames.length > 0) {
      const taken = this.#shiftInFrame(count - entries);
      last = taken.at(-1)?.offset;
      entries += taken.length;
      bytes += weightOf(taken).bytes;
    }
    this.#length -= entries;
    this.#bytes -= bytes;
    return last === undefined ? undefined : { last, entries, bytes };
  }

  /**
   * Takes the newest frame out, of which nothing is handled.
   *
   * @returns the offset of the newest entry now; undefined when there is none
   */
  pop(): Offset | undefined {
    const frame = this.#frames.pop() ?? [];
    this.#length -= frame.length;
    this.#bytes -= weightOf(frame).bytes;
    return this.#frames.at(this.#frames.length - 1)?.at(-1)?.offset;
  }

  #shiftInFrame(count: number): readonly Entry[] {
    const oldest = this.#frames.at(0) ?? [];
    const taken = oldest.slice(this.#handledOfOldest, this.#handledOfOldest + count);
    this.#handledOfOldest += taken.length;
    if (this.#handledOfOldest === oldest.length) {
      this.#frames.shift();
      this.#handledOfOldest = 0;
    }
    return taken;
  }
}
