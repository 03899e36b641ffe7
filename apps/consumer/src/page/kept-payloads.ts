/** What a payload takes besides its bytes, about. */
const ENTRY_BYTES = 200;

/** Whole payloads by their place in the feed: as many of the newest as fit into so many bytes. */
export class KeptPayloads {
  readonly #payloads = new Map<number, Uint8Array>();
  #bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get(place: number): Uint8Array | undefined {
    return this.#payloads.get(place);
  }

  /** Keeps a copy: what is given is a view into a frame that should not stay in memory. */
  add(place: number, payload: Uint8Array): void {
    this.#payloads.set(place, new Uint8Array(payload));
    this.#bytes += payload.byteLength + ENTRY_BYTES;
    for (const [oldest, { byteLength }] of this.#payloads) {
      if (this.#bytes <= this.maxBytes) return;
      this.#payloads.delete(oldest);
      this.#bytes -= byteLength + ENTRY_BYTES;
    }
  }
}
