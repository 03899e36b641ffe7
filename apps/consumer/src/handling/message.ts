/** A message as handlers get it. */
export class Message {
  readonly kind = 'message';
  readonly channel: string;
  /**
   * The exact bytes that were published. A view into the frame that brought them: keep a copy
   * (`payload.slice()`) rather than the view, or the whole frame stays in memory.
   */
  readonly payload: Uint8Array;
  /** The subscription that matched, where it was a pattern. */
  readonly pattern: string | undefined;
  readonly #content: Content;
  readonly #source: Source | undefined;
  #receivedAt: Date | undefined;
  #text: string | undefined;

  /** @param source where it comes from; undefined for a bare message */
  constructor(content: Content, source?: Source) {
    this.channel = content.channel;
    this.payload = content.payload;
    this.pattern = content.pattern;
    this.#content = content;
    this.#source = source;
  }

  /**
   * The same whenever this message comes, and no other's, so that a handler can make itself idempotent:
   * the id of the outbox and the place in it. None for a bare message.
   */
  get id(): string | undefined {
    return this.#source && `${this.#source.outbox}/${this.#content.offset}`;
  }

  /** The name of the publisher that delivered it; none for a bare message. */
  get publisher(): string | undefined {
    return this.#source?.publisher;
  }

  /** Its place in the publisher's outbox; none for a bare message. */
  get offset(): string | undefined {
    return this.#content.offset;
  }

  /** When the publisher took it in, by the publisher's clock. */
  get receivedAt(): Date {
    this.#receivedAt ??= new Date(this.#content.receivedAt);
    return this.#receivedAt;
  }

  /** The same in milliseconds since 1970. */
  get receivedAtMs(): number {
    return this.#content.receivedAt;
  }

  /** The payload as UTF-8 text, decoded when first asked for; invalid bytes become U+FFFD. */
  get text(): string {
    this.#text ??= new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.payload);
    return this.#text;
  }
}

/** What travels of a message. */
export interface Content {
  readonly channel: string;
  readonly pattern?: string | undefined;
  readonly payload: Uint8Array;
  /** In milliseconds since 1970. */
  readonly receivedAt: number;
  /** None of a bare message. */
  readonly offset?: string;
}

/** Who delivers. */
export interface Source {
  /** `PUBLISHER_NAME`. */
  readonly publisher: string;
  /** The id of the outbox. */
  readonly outbox: string;
}

/** The place of something that a publisher delivered. */
export interface Origin extends Source {
  readonly offset: string;
}
