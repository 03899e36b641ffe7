import type { MessageEntry } from '@relay/contracts';

/** What the publisher takes in. */
export type Intake = Omit<MessageEntry, 'kind' | 'offset'>;

export interface OutboxBounds {
  readonly maxMessages: number;
  /** Payload bytes. */
  readonly maxBytes: number;
}

/**
 * The ordered record of what was taken in and not yet sent.
 * When it is full the oldest messages go and are counted in `dropped`.
 */
export class Outbox {
  dropped = 0;
  #entries: (MessageEntry | undefined)[] = [];
  #head = 0;
  #next = 1;
  #bytes = 0;

  constructor(private readonly bounds: OutboxBounds) {}

  get size(): number {
    return this.#entries.length - this.#head;
  }

  append(message: Intake): void {
    this.#entries.push({ kind: 'message', offset: `0-${this.#next++}`, ...message });
    this.#bytes += message.payload.byteLength;
    while (
      this.size > this.bounds.maxMessages ||
      (this.#bytes > this.bounds.maxBytes && this.size > 1)
    ) {
      this.shift();
      this.dropped += 1;
    }
  }

  /** Takes the oldest message out. */
  shift(): MessageEntry | undefined {
    const entry = this.#entries[this.#head];
    if (entry === undefined) return undefined;
    this.#entries[this.#head++] = undefined;
    this.#bytes -= entry.payload.byteLength;
    if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return entry;
  }
}
