import { CborWriter, compareOffsets, type Offset, writeDeliver } from '@relay/contracts';
import type { MemoryOutbox, ReadLimit, Run } from '@relay/delivery';

interface Read {
  readonly after: Offset;
  readonly limit: ReadLimit;
  readonly next: Offset;
  readonly run: Run;
}

/**
 * Reads and writes what goes to the consumers. Those that are at the same place ask for the same one after
 * the other: it is read and written once. No more than the last frame is remembered.
 */
export class SharedFrames {
  /** Frames are written one over the other: memory that is touched for the first time is slow. */
  readonly #writer = new CborWriter();
  #read: Read | undefined;
  /** What the writer holds. */
  #written: { readonly after: Offset; readonly run: Run } | undefined;

  constructor(private readonly outbox: MemoryOutbox) {}

  /** The same run as before where that is what the outbox would give. */
  read(after: Offset, limit: ReadLimit): Run {
    const { oldest, next } = this.outbox;
    const isThere = this.#read && compareOffsets(oldest, this.#read.run.first) <= 0;
    if (this.#read && isThere && isSame(this.#read, { after, limit, next })) return this.#read.run;
    const run = this.outbox.read(after, limit);
    this.#read = { after, limit, next, run };
    return run;
  }

  /**
   * The frame `deliver`: a view, good until the next frame is written.
   *
   * @param run that of the same `read` is known again
   */
  encode(after: Offset, run: Run): Uint8Array {
    if (this.#written?.run === run && this.#written.after === after) return this.#writer.written;
    this.#written = undefined;
    const bytes = writeDeliver(this.#writer, after, run);
    this.#written = { after, run };
    return bytes;
  }
}

function isSame(read: Read, { after, limit, next }: Omit<Read, 'run'>): boolean {
  return (
    read.after === after &&
    read.next === next &&
    read.limit.entries === limit.entries &&
    read.limit.bytes === limit.bytes
  );
}
