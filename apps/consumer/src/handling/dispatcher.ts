import { decodePayload } from '@relay/contracts';
import { EventLog } from '@relay/runtime';
import { Ahead } from './ahead.js';
import { attempt, type AttemptOptions, type HandlerFailedError } from './attempts.js';
import type { DeadLetters, Refusal } from './dead-letters.js';
import { describeGap, jsonGap } from './format.js';
import { LIMITS } from '../limits.js';
import type { Gap, Start } from './gap.js';
import { HandledCounts } from './handled-counts.js';
import type { Message } from './message.js';
import type { MessageHandler } from './message-handler.js';

/** What an item takes besides its payload and its names, about. */
const ITEM_BYTES = 256;

export type Item = Message | Gap | Start;

/** Items that came together. */
export interface Batch {
  readonly items: readonly Item[];
  /** Called when the handlers are done with an item, in order; none for bare messages. */
  readonly onHandled?: () => void;
  /** Whether what is not handled comes again; without it, what has `onHandled` does. */
  readonly isKept?: () => boolean;
}

/** Hands items to every handler that wants them, one at a time and in order. */
export class Dispatcher {
  readonly counts = new HandledCounts();
  readonly #log = new EventLog('handling');
  #batches: Batch[] = [];
  #waiting = 0;
  #waitingBytes = 0;
  #bareWaiting = 0;
  #bareWaitingBytes = 0;
  #onRoom: (() => void)[] = [];
  #isBusy = false;
  #isStopping = false;
  #running = Promise.resolve();
  /** Those that can take several messages at once, and take all. */
  readonly #takers: readonly MessageHandler[];

  constructor(
    private readonly handlers: readonly MessageHandler[],
    private readonly options: AttemptOptions,
    private readonly deadLetters: DeadLetters,
  ) {
    for (const handler of handlers) deadLetters.expect(nameOf(handler));
    this.#takers = handlers.filter(
      (handler) => 'handleAhead' in handler && !handler.dto && !handler.channels,
    );
  }

  /** Items that are done. */
  get handled(): number {
    return this.counts.items;
  }

  /** Gaps among them. */
  get gaps(): number {
    return this.counts.gaps.total;
  }

  /** Items that wait for the handlers. */
  get waiting(): number {
    return this.#waiting;
  }

  /** What these take, about. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Whether whoever brings bare messages should wait for `room`. */
  get isFull(): boolean {
    return (
      this.#bareWaiting > LIMITS.bareWaitingItems ||
      this.#bareWaitingBytes > LIMITS.bareWaitingBytes
    );
  }

  /** Settles when it is not full. */
  async room(): Promise<void> {
    if (!this.isFull) return;
    await new Promise<void>((resolve) => this.#onRoom.push(resolve));
  }

  dispatch(batch: Batch): void {
    this.#batches.push(batch);
    for (const item of batch.items) this.#count(batch, item, 1);
    if (!this.#isBusy) this.#running = this.#run();
  }

  /** Settles when everything that was dispatched is done. */
  async drained(): Promise<void> {
    await this.#running;
  }

  /** Finishes what runs, and what cannot come again; the rest is left to do so. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    while (this.#batches.length > 0) {
      const batches = this.#batches;
      this.#batches = [];
      for (const batch of batches) {
        const { items, onHandled, isKept = () => onHandled !== undefined } = batch;
        const ahead = new Ahead(this.#takers, this.options.timeoutMs);
        for (const [index, item] of items.entries()) {
          this.#count(batch, item, -1);
          // what one handler is done with already, the others get as well
          if (this.#isStopping && index >= ahead.until && isKept()) continue;
          if (item.kind === 'gap') this.#tellGap(item);
          const taking = ahead.offer(items, index);
          if (taking) await taking;
          const pending = this.#hand(item, index, ahead);
          if (pending) await pending;
          this.counts.add(item);
          onHandled?.();
        }
      }
    }
    this.#isBusy = false;
  }

  #count({ onHandled }: Batch, item: Item, sign: 1 | -1): void {
    const bytes = bytesOf(item) * sign;
    this.#waiting += sign;
    this.#waitingBytes += bytes;
    if (onHandled) return;
    this.#bareWaiting += sign;
    this.#bareWaitingBytes += bytes;
    if (this.#onRoom.length === 0 || this.isFull) return;
    for (const tell of this.#onRoom.splice(0)) tell();
  }

  /** Logged whether a handler cares for gaps or not: none is silent. */
  #tellGap(gap: Gap): void {
    this.#log.warn('gap', `gap: ${describeGap(gap)}`, { ...jsonGap(gap), kind: undefined });
  }

  /** Every handler at once; a promise only if one of them takes its time. */
  #hand(item: Item, index: number, ahead: Ahead): void | Promise<unknown> {
    let pending: Promise<void>[] | undefined;
    for (const handler of this.handlers) {
      if (ahead.isHandled(handler, index)) continue;
      const error = ahead.refusal(handler, index);
      const handling =
        error && item.kind === 'message'
          ? this.#refuse(handler, item, 1, error)
          : this.#handTo(handler, item);
      if (handling) (pending ??= []).push(handling);
    }
    return pending && Promise.all(pending);
  }

  #handTo(handler: MessageHandler, item: Item): void | Promise<void> {
    switch (item.kind) {
      case 'message':
        return this.#handMessage(handler, item);
      case 'gap':
        return this.#try(
          () => handler.handleGap?.(item),
          ({ message }) => {
            const sentence = `${nameOf(handler)} did not take a gap: ${message}; ${describeGap(item)}`;
            this.#log.error('gap-not-handled', sentence, { handler: nameOf(handler) });
          },
        );
      case 'start':
        return this.#try(
          () => handler.handleStart?.(item),
          ({ message }) => {
            const sentence = `${nameOf(handler)} did not take a beginning: ${message}`;
            this.#log.error('start-not-handled', sentence, { handler: nameOf(handler) });
          },
        );
    }
  }

  #handMessage(handler: MessageHandler, message: Message): void | Promise<void> {
    const { dto, channels = dto && [dto.channel] } = handler;
    if (channels && !channels.includes(message.channel)) return undefined;
    let data: unknown;
    try {
      data = dto ? decodePayload(dto, message.payload) : undefined;
    } catch (error) {
      return this.#refuse(handler, message, 0, error as Error);
    }
    return this.#try(
      () => handler.handle(message, data),
      ({ attempts, cause }) => this.#refuse(handler, message, attempts, cause),
    );
  }

  #refuse(
    handler: MessageHandler,
    message: Message,
    attempts: number,
    error: Error,
  ): Promise<void> {
    return this.#bury(handler, message, { handler: nameOf(handler), attempts, error });
  }

  #try(
    work: () => void | Promise<void>,
    onFailure: (failure: HandlerFailedError) => void | Promise<void>,
  ): void | Promise<void> {
    return attempt(work, this.options)?.catch((failure: unknown) =>
      onFailure(failure as HandlerFailedError),
    );
  }

  async #bury(handler: MessageHandler, message: Message, refusal: Refusal): Promise<void> {
    await this.deadLetters.add(message, refusal);
    await this.#try(
      () => handler.handleDeadLetter?.(message, refusal.error),
      (failure) => {
        const sentence = `${refusal.handler} did not take a dead letter: ${failure.message}`;
        this.#log.error('dead-letter-not-handled', sentence, { handler: refusal.handler });
      },
    );
  }
}

function bytesOf(item: Item): number {
  if (item.kind !== 'message') return ITEM_BYTES;
  const { payload, channel, pattern = '' } = item;
  return ITEM_BYTES + payload.byteLength + channel.length + pattern.length;
}

function nameOf(handler: MessageHandler): string {
  return handler.constructor.name;
}
