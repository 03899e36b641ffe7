import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MessageHandler } from '@nestjs/microservices';
import type { NewMessage } from '@relay/delivery';
import { completed, EventLog } from '@relay/runtime';
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
  /** What handlers have that have not said that it is taken, and are not done. */
  readonly #untaken = new Set<Promise<boolean>>();

  /**
   * @param handlerOf the handler of a channel
   * @param isEarly whether the client may have in the same reading what has to be known before
   * @param notTaken a handler failed before it had said that it has taken these
   */
  constructor(
    private readonly handlerOf: (channel: string) => MessageHandler | undefined,
    private readonly isEarly: () => boolean,
    private readonly notTaken: (messages: readonly NewMessage[], error: unknown) => void,
  ) {}

  /** Whether something that was read is yet to be handed on. */
  get areDeferred(): boolean {
    return this.#deferred > 0;
  }

  /** Whether handlers have all that was handed on, and are done or have said that they have taken it. */
  get areTaken(): boolean {
    return this.#untaken.size === 0;
  }

  /** Fulfilled when what was handed on until now is taken. */
  taken(): Promise<unknown> {
    return Promise.all(this.#untaken);
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

  /** @returns a promise where handlers have yet to take it: fulfilled when its payloads are not needed any more */
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
    let releasing: Promise<void>[] | undefined;
    for (const batch of batches) {
      const context = new IntakeContext([batch.messages[0]?.channel ?? '']);
      const isDone = this.#call(batch, context);
      if (!context.isTaken) void this.#untilDone(isDone);
      // the handlers of one pattern share a context: one of them cannot speak for those behind it
      if (!context.isTaken || batch.handler.next) (releasing ??= []).push(released(isDone));
    }
    return releasing && Promise.all(releasing);
  }

  /** @returns whether all handlers of this pattern are done; false: one failed, and others may go on */
  async #call({ handler, messages }: Batch, context: IntakeContext): Promise<boolean> {
    try {
      await completed(await handler(messages, context));
      return true;
    } catch (error) {
      if (!context.isTaken) this.notTaken(messages, error);
      else this.#log.error('internal-error', 'a handler of messages from Redis failed', { error });
      return false;
    }
  }

  async #untilDone(isDone: Promise<boolean>): Promise<void> {
    this.#untaken.add(isDone);
    await isDone;
    this.#untaken.delete(isDone);
  }
}

/** Fulfilled when nobody reads the payloads any more; never where that cannot be known. */
async function released(isDone: Promise<boolean>): Promise<void> {
  if (!(await isDone)) await new Promise(() => undefined);
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
