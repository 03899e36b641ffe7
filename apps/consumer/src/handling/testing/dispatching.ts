import { DeadLetters } from '../dead-letters.js';
import { type Batch, Dispatcher, type Item } from '../dispatcher.js';
import type { MessageHandler } from '../message-handler.js';
import { type Deferred, deferred, Recording } from './recording.js';

export function dispatcherOf(...handlers: MessageHandler[]): Dispatcher {
  const deadLetters = new DeadLetters(undefined, new Recording());
  return new Dispatcher(handlers, { attempts: 1, timeoutMs: 60_000 }, deadLetters);
}

export function recordInto(texts: string[]): MessageHandler {
  return { handle: ({ text }) => void texts.push(text) };
}

/** Notes when it begins and ends what it is given; what it has the names of ends when it is told to. */
export class SlowHandler implements MessageHandler {
  readonly events: string[] = [];
  readonly #begins: Map<string, Deferred>;
  readonly #ends: Map<string, Deferred>;

  constructor(...names: string[]) {
    this.#begins = new Map(names.map((name) => [name, deferred()]));
    this.#ends = new Map(names.map((name) => [name, deferred()]));
  }

  async begins(name: string): Promise<void> {
    await this.#begins.get(name)?.promise;
  }

  end(name: string): void {
    this.#ends.get(name)?.resolve();
  }

  handle({ text }: { text: string }): Promise<void> {
    return this.#take(text);
  }

  handleGap(): Promise<void> {
    return this.#take('gap');
  }

  handleStart(): Promise<void> {
    return this.#take('start');
  }

  async #take(name: string): Promise<void> {
    this.events.push(`${name} begins`);
    this.#begins.get(name)?.resolve();
    await this.#ends.get(name)?.promise;
    this.events.push(`${name} ends`);
  }
}

/** A batch as a publisher brings it, and how many of its items were called handled. */
export function keptBatch(...items: Item[]): Batch & { handled: number } {
  const batch = { items, handled: 0, onHandled: (count: number) => void (batch.handled += count) };
  return batch;
}
