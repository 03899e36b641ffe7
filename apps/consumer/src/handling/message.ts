/** A message as handlers get it. */
export class Message {
  readonly kind = 'message';
  #text: string | undefined;

  constructor(
    readonly channel: string,
    /**
     * The exact bytes that were published. A view into the frame that brought them: keep a copy
     * (`payload.slice()`) rather than the view, or the whole frame stays in memory.
     */
    readonly payload: Uint8Array,
    /** When the publisher took it in, by the publisher's clock. */
    readonly receivedAt: Date,
    /** Where it comes from; undefined for a bare message. */
    private readonly origin?: Origin,
    /** The subscription that matched, where it was a pattern. */
    readonly pattern?: string,
  ) {}

  /**
   * The same whenever this message comes, and no other's, so that a handler can make itself idempotent:
   * the id of the outbox and the place in it. None for a bare message.
   */
  get id(): string | undefined {
    return this.origin && `${this.origin.outbox}/${this.origin.offset}`;
  }

  /** The name of the publisher that delivered it; none for a bare message. */
  get publisher(): string | undefined {
    return this.origin?.publisher;
  }

  /** Its place in the publisher's outbox; none for a bare message. */
  get offset(): string | undefined {
    return this.origin?.offset;
  }

  /** The payload as UTF-8 text, decoded when first asked for; invalid bytes become U+FFFD. */
  get text(): string {
    this.#text ??= new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.payload);
    return this.#text;
  }
}

/** The place of something that a publisher delivered. */
export interface Origin {
  /** `PUBLISHER_NAME`. */
  readonly publisher: string;
  /** The id of the outbox. */
  readonly outbox: string;
  readonly offset: string;
}
