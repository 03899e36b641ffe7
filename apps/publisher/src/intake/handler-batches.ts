import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MessageHandler } from '@nestjs/microservices';
import type { NewMessage } from '@relay/delivery';
import { EventLog } from '@relay/runtime';
import { IntakeContext } from './intake-context.js';

/** What one reading brought for one handler, and follows each other. */
interface Batch {
  readonly handler: MessageHandler;
  readonly messages: NewMessage[];
}

/** What one reading of Redis brings goes to its handlers at once, in order. */
export class HandlerBatches {
  readonly #log = new EventLog('intake');
  /** What one reading has brought so far, and when. */
  #batches: Batch[] = [];
  #readAt = 0;
  /** Readings that wait for the next turn; those behind them do, too. */
  #deferred = 0;

  /**
   * @param handlerOf the handler of a channel
   * @param isEarly whether the client may have in the same reading what has to be known before
   */
  constructor(
    private readonly handlerOf: (channel: string) => MessageHandler | undefined,
    private readonly isEarly: () => boolean,
  ) {}

  /** Whether something that was read is yet to be handed on. */
  get areDeferred(): boolean {
    return this.#deferred > 0;
  }

  add(channel: string, pattern: string | undefined, payload: Uint8Array): void {
    const handler = this.handlerOf(channel);
    if (handler === undefined) return;
    const last = this.#batches.at(-1);
    if (last === undefined) this.#readAt = Date.now();
    const message = newMessage(channel, pattern, payload, this.#readAt);
    if (last?.handler === handler) last.messages.push(message);
    else this.#batches.push({ handler, messages: [message] });
  }

  /** @returns a promise where handlers have yet to take it, that settles when they have */
  handOn(): Promise<unknown> | undefined {
    const batches = this.#batches;
    if (batches.length === 0) return undefined;
    this.#batches = [];
    if (this.areDeferred || this.isEarly()) return this.#defer(batches);
    return this.#give(batches);
  }

  /** What ioredis makes of the same reading comes first: which Redis this is, and that it is subscribed. */
  async #defer(batches: readonly Batch[]): Promise<void> {
    this.#deferred += 1;
    await nextTurn();
    this.#deferred -= 1;
    await this.#give(batches);
  }

  #give(batches: readonly Batch[]): Promise<unknown> | undefined {
    let taking: Promise<void>[] | undefined;
    for (const batch of batches) {
      const context = new IntakeContext([batch.messages[0]?.channel ?? '']);
      const settled = this.#call(batch, context);
      if (!context.isTaken) (taking ??= []).push(settled);
    }
    return taking && Promise.all(taking);
  }

  async #call({ handler, messages }: Batch, context: IntakeContext): Promise<void> {
    try {
      await handler(messages, context);
    } catch (error) {
      this.#log.error('internal-error', 'messages could not be taken in', { error });
    }
  }
}

/** Objects of two shapes only, which is what makes them cheap. */
function newMessage(
  channel: string,
  pattern: string | undefined,
  payload: Uint8Array,
  receivedAt: number,
): NewMessage {
  if (pattern === undefined) return { kind: 'message', channel, payload, receivedAt };
  return { kind: 'message', channel, pattern, payload, receivedAt };
}
