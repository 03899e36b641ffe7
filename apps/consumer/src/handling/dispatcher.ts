import { decodePayload } from '@relay/contracts';
import { Ring } from '@relay/delivery';
import { EventLog } from '@relay/runtime';
import { Ahead } from './ahead.js';
import {
  attempt,
  attemptAfter,
  type AttemptOptions,
  type HandlerFailedError,
  toError,
} from './attempts.js';
import type { DeadLetters, Refusal } from './dead-letters.js';
import { describeGap, jsonGap } from './format.js';
import type { Gap, Start } from './gap.js';
import { HandledCounts } from './handled-counts.js';
import type { Message } from './message.js';
import type { MessageHandler } from './message-handler.js';
import { type Account, Pass } from './pass.js';
import { RunClock } from './run-clock.js';
import { Waiting } from './waiting.js';

export type Item = Message | Gap | Start;

/** Items that came together. */
export interface Batch {
  readonly items: readonly Item[];
  /** Called when the handlers are done with the next so many items; none for bare messages. */
  readonly onHandled?: (count: number) => void;
  /** Whether what is not handled comes again; without it, what has `onHandled` does. */
  readonly isKept?: () => boolean;
}

/** Hands items to every handler that wants them, one at a time and in order. */
export class Dispatcher {
  readonly #log = new EventLog('handling');
  readonly #account: Account;
  /** The ways through what is not done yet, the oldest first. */
  readonly #passes = new Ring<Pass>();
  #isBusy = false;
  #isStopping = false;
  #running = Promise.resolve();
  /** Those that can take several messages at once, and take all. */
  readonly #takers: readonly MessageHandler[];

  constructor(
    private readonly handlers: readonly MessageHandler[],
    private readonly options: AttemptOptions,
    private readonly deadLetters: DeadLetters,
    clock = new RunClock(),
  ) {
    this.#account = { waiting: new Waiting(), counts: new HandledCounts(), clock };
    for (const handler of handlers) deadLetters.expect(nameOf(handler));
    this.#takers = handlers.filter(
      (handler) => 'handleAhead' in handler && !handler.dto && !handler.channels,
    );
  }

  get counts(): HandledCounts {
    return this.#account.counts;
  }

  /** Gaps that are done. */
  get gaps(): number {
    return this.counts.gaps.total;
  }

  /** Items that wait for the handlers. */
  get waiting(): number {
    return this.#account.waiting.items;
  }

  /** What these take, about. */
  get waitingBytes(): number {
    return this.#account.waiting.bytes;
  }

  /** Messages that are not done and cannot come again. */
  get unkept(): number {
    let messages = 0;
    for (const pass of this.#passes) if (!pass.isKept) messages += pass.messages;
    return messages;
  }

  /** Whether whoever brings bare messages should wait for `room`. */
  get isFull(): boolean {
    return this.#account.waiting.isFull;
  }

  /** Settles when it is not full. */
  async room(): Promise<void> {
    await this.#account.waiting.room();
  }

  dispatch(batch: Batch): void {
    const pass = new Pass(batch, this.#account);
    if (this.#isStopping) pass.settle();
    this.#passes.push(pass);
    this.#account.waiting.enter(batch.items, batch.onHandled === undefined);
    if (!this.#isBusy) this.#running = this.#run();
  }

  /** Settles when everything that was dispatched is done. */
  async drained(): Promise<void> {
    await this.#running;
  }

  /** Finishes what runs, and what cannot come again; the rest is left to do so. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const pass of this.#passes) pass.settle();
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    // also through what comes meanwhile
    for (let pass = this.#passes.at(0); pass; pass = this.#passes.at(0)) {
      const { items } = pass;
      const ahead = new Ahead(this.#takers, this.options.timeoutMs);
      pass.begin();
      for (const [index, item] of items.entries()) {
        // what one handler is done with already, the others get as well
        if (this.#isStopping && index >= ahead.until && pass.isKept) break;
        if (item.kind === 'gap') this.#tellGap(item);
        const taking = ahead.offer(items, index);
        if (taking) {
          pass.pause();
          await taking;
          pass.resume();
        }
        const pending = this.#hand(item, index, ahead);
        if (pending) {
          pass.pause();
          await pending;
          pass.resume();
        }
        pass.done();
      }
      pass.end();
      this.#passes.shift();
    }
    this.#isBusy = false;
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

  /** Every message passes here, for every handler: no closure is made before something has to be waited for. */
  #handMessage(handler: MessageHandler, message: Message): void | Promise<void> {
    const { dto, channels = dto && [dto.channel] } = handler;
    if (channels && !channels.includes(message.channel)) return undefined;
    let data: unknown;
    try {
      data = dto ? decodePayload(dto, message.payload) : undefined;
    } catch (error) {
      return this.#refuse(handler, message, 0, error as Error);
    }
    let first: Promise<void>;
    try {
      const pending = handler.handle(message, data);
      if (!pending) return undefined;
      first = pending;
    } catch (error) {
      first = Promise.reject(toError(error));
    }
    return this.#goOn(handler, message, data, first);
  }

  /** Tries again, if need be, what `first` came of. */
  #goOn(
    handler: MessageHandler,
    message: Message,
    data: unknown,
    first: Promise<void>,
  ): Promise<void> {
    return attemptAfter(first, () => handler.handle(message, data), this.options).catch(
      (failure: unknown) => {
        const { attempts, cause } = failure as HandlerFailedError;
        return this.#refuse(handler, message, attempts, cause);
      },
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

function nameOf(handler: MessageHandler): string {
  return handler.constructor.name;
}
