import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { DeadLetters } from './dead-letters.js';
import { type Batch, Dispatcher, type Item } from './dispatcher.js';
import type { Message } from './message.js';
import type { MessageHandler } from './message-handler.js';
import {
  type Deferred,
  deferred,
  gap,
  message,
  Recording,
  recordLog,
} from './testing/recording.js';

const TIMEOUT_MS = 1000;

let letters: Recording;

beforeEach(() => {
  jest.useFakeTimers();
  recordLog();
  letters = new Recording();
});

afterEach(() => {
  jest.useRealTimers();
});

/** Notes what it is given, several at once joined by `+`. */
class Ahead implements MessageHandler {
  readonly calls: string[] = [];

  constructor(
    private readonly takes: (messages: readonly Message[]) => number | Promise<number> = (all) =>
      all.length,
  ) {}

  handle({ text }: Message): void {
    this.calls.push(text);
  }

  handleAhead(messages: readonly Message[]): number | Promise<number> {
    this.calls.push(messages.map(({ text }) => text).join('+'));
    return this.takes(messages);
  }

  handleGap(): void {
    this.calls.push('gap');
  }
}

/** Handles one at a time, each when it is told to. */
class OneByOne implements MessageHandler {
  readonly texts: string[] = [];
  #next: Deferred | undefined;

  async handle({ text }: Message): Promise<void> {
    this.texts.push(text);
    this.#next = deferred();
    await this.#next.promise;
  }

  async finish(): Promise<void> {
    this.#next?.resolve();
    await jest.advanceTimersByTimeAsync(0);
  }
}

function dispatcherOf(...handlers: MessageHandler[]): Dispatcher {
  const deadLetters = new DeadLetters(undefined, letters);
  return new Dispatcher(handlers, { attempts: 1, timeoutMs: TIMEOUT_MS }, deadLetters);
}

function batchOf(...items: Item[]): Batch & { handled: number } {
  const batch = { items, handled: 0, onHandled: (count: number) => void (batch.handled += count) };
  return batch;
}

const abc = (): Message[] => ['a', 'b', 'c'].map((text) => message(text));

it('messages come at once up to a gap, and all are handled before the dispatch returns', () => {
  const ahead = new Ahead();
  const batch = batchOf(...abc(), gap(), message('d'), message('e'), gap(), message('f'));
  dispatcherOf(ahead).dispatch(batch);
  expect(ahead.calls).toEqual(['a+b+c', 'gap', 'd+e', 'gap', 'f']);
  expect(batch.handled).toBe(8);
});

it('no more come at once than 16 KiB', () => {
  const ahead = new Ahead();
  const large = (letter: string): Message => message(letter.repeat(8 * 1024));
  dispatcherOf(ahead).dispatch(batchOf(...['a', 'b', 'c', 'd', 'e'].map(large)));
  expect(ahead.calls.map((call) => call.length)).toEqual([16 * 1024 + 1, 16 * 1024 + 1, 8 * 1024]);
});

it('a handler of some channels gets them one at a time', () => {
  const ahead = Object.assign(new Ahead(), { channels: ['test_websocket'] });
  dispatcherOf(ahead).dispatch(batchOf(...abc()));
  expect(ahead.calls).toEqual(['a', 'b', 'c']);
});

it('what it is not done with comes one by one', () => {
  const ahead = new Ahead(() => 1);
  const batch = batchOf(...abc());
  dispatcherOf(ahead).dispatch(batch);
  expect(ahead.calls).toEqual(['a+b+c', 'b', 'c']);
  expect(batch.handled).toBe(3);
});

it('what it claims beyond what it was given does not count', () => {
  const ahead = new Ahead(() => 100);
  const batch = batchOf(message('a'), message('b'), gap(), message('c'));
  dispatcherOf(ahead).dispatch(batch);
  expect(ahead.calls).toEqual(['a+b', 'gap', 'c']);
  expect(batch.handled).toBe(4);
});

it.each<[string, () => Promise<number>]>([
  [
    'throws',
    () => {
      throw new Error('no');
    },
  ],
  ['rejects', () => Promise.reject(new Error('no'))],
])('all come one by one if it %s', async (_, takes) => {
  const ahead = new Ahead(takes);
  const dispatcher = dispatcherOf(ahead);
  dispatcher.dispatch(batchOf(...abc()));
  await dispatcher.drained();
  expect(ahead.calls).toEqual(['a+b+c', 'a', 'b', 'c']);
  expect(letters.text).toBe('');
});

it('a message counts as handled when the other handlers are done with it, too', async () => {
  const [ahead, oneByOne] = [new Ahead(), new OneByOne()];
  const batch = batchOf(...abc());
  dispatcherOf(ahead, oneByOne).dispatch(batch);
  await oneByOne.finish();
  expect([batch.handled, oneByOne.texts]).toEqual([1, ['a', 'b']]);
  expect(ahead.calls).toEqual(['a+b+c']);
});

it('none counts as handled before it is done with them', async () => {
  const written = deferred();
  const batch = batchOf(...abc());
  const dispatcher = dispatcherOf(new Ahead((all) => written.promise.then(() => all.length)));
  dispatcher.dispatch(batch);
  await jest.advanceTimersByTimeAsync(TIMEOUT_MS - 1);
  expect(batch.handled).toBe(0);
  written.resolve();
  await dispatcher.drained();
  expect(batch.handled).toBe(3);
});

it('one that hangs has refused all of them, and gets none of them again', async () => {
  const first = deferred();
  const ahead = new Ahead((all) =>
    all.length === 3 ? first.promise.then(() => all.length) : all.length,
  );
  const oneByOne = new OneByOne();
  const batch = batchOf(...abc(), gap(), message('d'), message('e'));
  dispatcherOf(ahead, oneByOne).dispatch(batch);
  await jest.advanceTimersByTimeAsync(TIMEOUT_MS);
  for (let finished = 0; finished < 3; finished++) await oneByOne.finish();
  first.resolve(); // too late
  for (let finished = 0; finished < 2; finished++) await oneByOne.finish();
  expect(ahead.calls).toEqual(['a+b+c', 'gap', 'd+e']);
  expect(batch.handled).toBe(6);
  const refused = letters.text.trim().split('\n');
  expect(refused.map((line) => JSON.parse(line) as unknown)).toMatchObject(
    ['a', 'b', 'c'].map((payload) => ({ payload, attempts: 1, handler: 'Ahead' })),
  );
});

it('at the end, what it is done with is finished and the rest left', async () => {
  const [ahead, oneByOne] = [new Ahead(), new OneByOne()];
  const batch = batchOf(...abc(), gap(), message('d'));
  const dispatcher = dispatcherOf(ahead, oneByOne);
  dispatcher.dispatch(batch);
  const stopped = dispatcher.stop();
  for (let finished = 0; finished < 3; finished++) await oneByOne.finish();
  await stopped;
  expect(ahead.calls).toEqual(['a+b+c']);
  expect([batch.handled, oneByOne.texts]).toEqual([3, ['a', 'b', 'c']]);
});
