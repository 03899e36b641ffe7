/** A message as handlers get it. */
export class Message {
  #text: string | undefined;

  constructor(
    readonly channel: string,
    /** The exact bytes that were published. */
    readonly payload: Uint8Array,
    /** When the publisher took it in, by the publisher's clock. */
    readonly receivedAt: Date,
    /** Its place in the publisher's outbox; none for a bare message. */
    readonly offset: string | undefined,
    /** The subscription that matched, where it was a pattern. */
    readonly pattern: string | undefined,
  ) {}

  /** The payload as UTF-8 text, decoded when first asked for; invalid bytes become U+FFFD. */
  get text(): string {
    this.#text ??= new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.payload);
    return this.#text;
  }
}
