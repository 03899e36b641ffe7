import { attempt, type HandlerFailedError, HandlerTimeoutError } from './attempts.js';
import type { Item } from './dispatcher.js';
import type { Message } from './message.js';
import type { MessageHandler } from './message-handler.js';

/** What a handler gets ahead at once, so that a slow one is not given up for what it has yet to do. */
const MAX_AHEAD_BYTES = 16 * 1024;

/** Up to which items, by their index, a handler is done or was given up. */
interface Progress {
  readonly handledUntil: number;
  readonly refusedUntil: number;
  readonly error: Error | undefined;
}

const NOTHING: Progress = { handledUntil: 0, refusedUntil: 0, error: undefined };

/** Offers the messages that come next to handlers that can take several at once. For one batch of items. */
export class Ahead {
  /** Items up to this index were offered. */
  until = 0;
  /** None until there is some: most batches never have. */
  #progress: Map<MessageHandler, Progress> | undefined;

  /** @param takers handlers with `handleAhead` */
  constructor(
    private readonly takers: readonly MessageHandler[],
    private readonly timeoutMs: number,
  ) {}

  /** Offers the messages from `index` on, if those there were not offered yet. */
  offer(items: readonly Item[], index: number): void | Promise<unknown> {
    if (index < this.until || this.takers.length === 0) return undefined;
    const messages = messagesFrom(items, index);
    this.until = index + Math.max(1, messages.length);
    if (messages.length < 2) return undefined;
    let pending: Promise<void>[] | undefined;
    for (const taker of this.takers) {
      const taking = this.#take(taker, messages, index);
      if (taking) (pending ??= []).push(taking);
    }
    return pending && Promise.all(pending);
  }

  isHandled(handler: MessageHandler, index: number): boolean {
    return index < this.#of(handler).handledUntil;
  }

  /** Why the item there is not to be tried again; undefined when it may be. */
  refusal(handler: MessageHandler, index: number): Error | undefined {
    const { refusedUntil, error } = this.#of(handler);
    return index < refusedUntil ? error : undefined;
  }

  #of(handler: MessageHandler): Progress {
    return this.#progress?.get(handler) ?? NOTHING;
  }

  #reached(handler: MessageHandler, progress: Progress): void {
    (this.#progress ??= new Map<MessageHandler, Progress>()).set(handler, progress);
  }

  /** What fails here is tried one by one; what hangs may still be at work and is not tried again. */
  #take(taker: MessageHandler, messages: readonly Message[], index: number): void | Promise<void> {
    const end = index + messages.length;
    const handled = (count: number): void => {
      if (this.until !== end) return; // it was given up, and these are done with
      const handledUntil = index + Math.min(count, messages.length); // whatever it says
      this.#reached(taker, { ...NOTHING, handledUntil });
    };
    const work = (): void | Promise<void> => {
      const count = taker.handleAhead?.(messages) ?? 0;
      return typeof count === 'number' ? handled(count) : count.then(handled);
    };
    return attempt(work, { attempts: 1, timeoutMs: this.timeoutMs })?.catch((failure: unknown) => {
      const { cause: error } = failure as HandlerFailedError;
      if (!(error instanceof HandlerTimeoutError)) return;
      this.#reached(taker, { ...NOTHING, refusedUntil: end, error });
    });
  }
}

/** As many messages as are offered at once, up to the first item that is none. */
function messagesFrom(items: readonly Item[], index: number): Message[] {
  const messages: Message[] = [];
  let bytes = 0;
  for (let at = index; at < items.length; at++) {
    const item = items[at];
    if (item?.kind !== 'message') break;
    bytes += item.payload.length;
    if (bytes > MAX_AHEAD_BYTES) break;
    messages.push(item);
  }
  return messages;
}
