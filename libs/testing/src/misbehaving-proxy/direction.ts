/** A throttled connection gets its bytes in so many portions a second, if it is that fast. */
const PORTIONS_PER_SECOND = 50;

interface Limit {
  /** How many bytes may still be admitted. */
  room: number;
  /** How many of the admitted ones are on their way. */
  unsettled: number;
  readonly reached: () => void;
}

/** Leave to send so many bytes; to be settled once they have gone, or never will. */
export interface Admission {
  readonly bytes: number;
  readonly settle: (forwarded: boolean) => void;
}

/** One of the two directions: how bytes fare that go this way, on every connection alike. */
export class Direction {
  delay = 0;
  bytesPerSecond = Infinity;
  #forwarded = 0;
  readonly #limits = new Set<Limit>();

  get forwarded(): number {
    return this.#forwarded;
  }

  get throttled(): boolean {
    return this.bytesPerSecond !== Infinity;
  }

  /** For as many of so many bytes as may go at once, none perhaps. */
  admit(wanted: number): Admission {
    const limits = [...this.#limits];
    const portion = Math.ceil(this.bytesPerSecond / PORTIONS_PER_SECOND);
    const bytes = Math.min(wanted, portion, ...limits.map(({ room }) => room));
    for (const limit of limits) {
      limit.room -= bytes;
      limit.unsettled += bytes;
    }
    return { bytes, settle: (forwarded) => this.#settle(bytes, forwarded, limits) };
  }

  /** Admits no more than so many bytes, until they have gone or the limit is lifted. */
  limit(bytes: number, reached: () => void): () => void {
    const limit = { room: bytes, unsettled: 0, reached };
    this.#limits.add(limit);
    return () => this.#limits.delete(limit);
  }

  #settle(bytes: number, forwarded: boolean, limits: readonly Limit[]): void {
    if (forwarded) this.#forwarded += bytes;
    for (const limit of limits) {
      limit.unsettled -= bytes;
      if (!forwarded) limit.room += bytes;
      if (limit.room > 0 || limit.unsettled > 0) continue;
      if (this.#limits.delete(limit)) limit.reached();
    }
  }
}
