import {
  CborWriter,
  compareOffsets,
  encodeDeliver,
  type Entry,
  type Offset,
} from '@relay/contracts';
import type { MemoryOutbox, ReadLimit } from '@relay/delivery';

interface Read {
  readonly after: Offset;
  readonly limit: ReadLimit;
  readonly next: Offset;
  readonly entries: readonly Entry[];
}

/**
 * Reads and encodes what goes to the consumers. Those that are at the same place ask for the same one after
 * the other: it is read and encoded once. No more than the last frame is remembered.
 */
export class SharedFrames {
  /** Frames are written one over the other: memory that is touched for the first time is slow. */
  readonly #writer = new CborWriter();
  #read: Read | undefined;
  /** What the writer holds. */
  #written: { readonly after: Offset; readonly entries: readonly Entry[] } | undefined;

  constructor(private readonly outbox: MemoryOutbox) {}

  /** The same array as before where that is what the outbox would give. */
  read(after: Offset, limit: ReadLimit): readonly Entry[] {
    const { oldest, next } = this.outbox;
    const first = this.#read?.entries[0];
    const isThere = first !== undefined && compareOffsets(oldest, first.offset) <= 0;
    if (this.#read && isThere && isSame(this.#read, { after, limit, next })) {
      return this.#read.entries;
    }
    const entries = this.outbox.read(after, limit);
    this.#read = { after, limit, next, entries };
    return entries;
  }

  /**
   * The frame `deliver`: a view, good until the next frame is encoded.
   *
   * @param entries never changed afterwards; those of one `read` are known again
   */
  encode(after: Offset, entries: readonly Entry[]): Uint8Array {
    if (this.#written?.entries === entries && this.#written.after === after) {
      return this.#writer.written;
    }
    this.#written = undefined;
    const bytes = encodeDeliver({ after, entries }, this.#writer);
    this.#written = { after, entries };
    return bytes;
  }
}

function isSame(read: Read, { after, limit, next }: Omit<Read, 'entries'>): boolean {
  return (
    read.after === after &&
    read.next === next &&
    read.limit.entries === limit.entries &&
    read.limit.bytes === limit.bytes
  );
}
