import { Logger } from '@nestjs/common';
import { decodePayload } from '@relay/contracts';
import type { Message } from './message.js';
import type { MessageHandler } from './message-handler.js';

/** How many messages may wait for the handlers before a connection is no longer read. */
const WAITING_MAX = 1000;

/** Hands messages to every handler that wants them, one at a time and in order. */
export class Dispatcher {
  readonly #logger = new Logger('handling');
  #waiting: Message[] = [];
  #busy = false;
  #running = Promise.resolve();

  constructor(private readonly handlers: readonly MessageHandler[]) {}

  /** Whether whoever brings messages should wait for `drained`. */
  get isFull(): boolean {
    return this.#waiting.length > WAITING_MAX;
  }

  dispatch(messages: readonly Message[]): void {
    for (const message of messages) this.#waiting.push(message);
    if (!this.#busy) this.#running = this.#run();
  }

  /** Settles when every message that was dispatched has been handled. */
  async drained(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      for (const message of batch) {
        for (const handler of this.handlers) {
          const pending = this.#hand(message, handler);
          if (pending) await pending;
        }
      }
    }
    this.#busy = false;
  }

  #hand(message: Message, handler: MessageHandler): Promise<void> | undefined {
    const { dto, channels = dto && [dto.channel] } = handler;
    if (channels && !channels.includes(message.channel)) return undefined;
    try {
      const data = dto ? decodePayload(dto, message.payload) : undefined;
      const result = handler.handle(message, data);
      return result?.catch((error: unknown) => {
        this.#report(message, handler, error);
      });
    } catch (error) {
      this.#report(message, handler, error);
      return undefined;
    }
  }

  #report(message: Message, handler: MessageHandler, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const place = message.offset ?? 'bare';
    this.#logger.error(
      `${handler.constructor.name} did not handle a message on ${message.channel} (${place}): ${reason}`,
    );
  }
}
