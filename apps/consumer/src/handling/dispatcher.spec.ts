import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PayloadDto } from '@relay/contracts';
import * as z from 'zod/mini';
import { DeadLetters } from './dead-letters.js';
import { type Batch, Dispatcher, type Item } from './dispatcher.js';
import type { MessageHandler } from './message-handler.js';
import {
  bareMessage,
  type Deferred,
  deferred,
  gap,
  message,
  Recording,
  recordLog,
  start,
} from './testing/recording.js';

interface Reading {
  celsius: number;
}

const readingDto: PayloadDto<Reading> = {
  channel: 'readings',
  format: 'json',
  schema: z.object({ celsius: z.number() }),
};

let reports: string[];

beforeEach(() => {
  reports = recordLog();
});

function dispatcherOf(...handlers: MessageHandler[]): Dispatcher {
  const deadLetters = new DeadLetters(undefined, new Recording());
  return new Dispatcher(handlers, { attempts: 1, timeoutMs: 60_000 }, deadLetters);
}

function recordInto(texts: string[]): MessageHandler {
  return { handle: ({ text }) => void texts.push(text) };
}

/** Notes when it begins and ends what it is given; what it has the names of ends when it is told to. */
class SlowHandler implements MessageHandler {
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
function keptBatch(...items: Item[]): Batch & { handled: number } {
  const batch = { items, handled: 0, onHandled: (count: number) => void (batch.handled += count) };
  return batch;
}

describe('Dispatcher', () => {
  it('hands on messages, gaps and beginnings one at a time, in order', async () => {
    const names = ['start', 'a', 'gap', 'b'];
    const slow = new SlowHandler(...names);
    const dispatcher = dispatcherOf(slow);
    dispatcher.dispatch({ items: [start(), message('a')] });
    dispatcher.dispatch({ items: [gap(), message('b')] });
    const expected: string[] = [];
    for (const name of names) {
      await slow.begins(name);
      expected.push(`${name} begins`);
      expect(slow.events).toEqual(expected);
      slow.end(name);
      expected.push(`${name} ends`);
    }
    await dispatcher.drained();
    expect(slow.events).toEqual(expected);
  });

  it('waits for the slowest handler before the next message', async () => {
    const slow = new SlowHandler('a', 'b');
    const texts: string[] = [];
    const dispatcher = dispatcherOf(slow, recordInto(texts));
    dispatcher.dispatch({ items: [message('a'), message('b')] });
    await slow.begins('a');
    expect(texts).toEqual(['a']);
    slow.end('a');
    await slow.begins('b');
    expect(texts).toEqual(['a', 'b']);
    slow.end('b');
    await dispatcher.drained();
  });

  it('takes messages that come while it is idle again', async () => {
    const texts: string[] = [];
    const dispatcher = dispatcherOf(recordInto(texts));
    for (const text of ['a', 'b', 'c']) {
      dispatcher.dispatch({ items: [message(text)] });
      await dispatcher.drained();
    }
    expect(texts).toEqual(['a', 'b', 'c']);
  });

  it('hands on what a handler itself dispatches', async () => {
    const texts: string[] = [];
    const dispatcher: Dispatcher = dispatcherOf(recordInto(texts), {
      handle: ({ text }) => {
        if (text === 'a') dispatcher.dispatch({ items: [message('b')] });
      },
    });
    dispatcher.dispatch({ items: [message('a')] });
    await dispatcher.drained();
    expect(texts).toEqual(['a', 'b']);
  });

  it('counts and logs a gap though no handler asks for gaps', async () => {
    const texts: string[] = [];
    const dispatcher = dispatcherOf(recordInto(texts));
    const batch = keptBatch(start(), gap(), message('a'));
    dispatcher.dispatch(batch);
    await dispatcher.drained();
    expect(texts).toEqual(['a']);
    expect(batch.handled).toBe(3);
    expect(dispatcher.gaps).toBe(1);
    expect(reports).toEqual([expect.stringMatching(/^gap: .*Redis restarted/)]);
  });

  it('is full while more than 64 MiB wait', async () => {
    const slow = new SlowHandler('being handled');
    const dispatcher = dispatcherOf(slow);
    dispatcher.dispatch({ items: [message('being handled')] });
    dispatcher.dispatch({ items: [message(Buffer.alloc(63 * 1024 * 1024))] });
    expect(dispatcher.isFull).toBe(false);
    dispatcher.dispatch({ items: [message(Buffer.alloc(1024 * 1024))] });
    expect(dispatcher.isFull).toBe(true);
    slow.end('being handled');
    await dispatcher.drained();
    expect(dispatcher.isFull).toBe(false);
    expect(dispatcher.waitingBytes).toBe(0);
  });

  it('is full while more than a thousand items wait', async () => {
    const slow = new SlowHandler('being handled');
    const dispatcher = dispatcherOf(slow);
    dispatcher.dispatch({ items: [message('being handled')] });
    dispatcher.dispatch({ items: Array.from({ length: 1000 }, () => message('x')) });
    expect(dispatcher.waiting).toBe(1000);
    expect(dispatcher.isFull).toBe(false);
    dispatcher.dispatch({ items: [message('one more')] });
    expect(dispatcher.isFull).toBe(true);
    slow.end('being handled');
    await dispatcher.drained();
    expect(dispatcher.isFull).toBe(false);
    expect(dispatcher.waiting).toBe(0);
    expect(dispatcher.handled).toBe(1002);
  });

  it('gives a handler the messages of its channels alone', async () => {
    const texts: string[] = [];
    const dispatcher = dispatcherOf({ channels: ['b'], ...recordInto(texts) });
    dispatcher.dispatch({ items: [message('1', 'a'), message('2', 'b')] });
    await dispatcher.drained();
    expect(texts).toEqual(['2']);
  });

  it('gives a handler with a DTO the decoded payloads of its channel', async () => {
    const readings: Reading[] = [];
    const handler: MessageHandler<Reading> = {
      dto: readingDto,
      handle: (_, reading) => void readings.push(reading),
    };
    const dispatcher = dispatcherOf(handler);
    dispatcher.dispatch({ items: [message('hello'), message('{"celsius":21.5}', 'readings')] });
    await dispatcher.drained();
    expect(readings).toEqual([{ celsius: 21.5 }]);
    expect(reports).toEqual([]);
  });
});

describe('the account of what is handled', () => {
  it('is called once for each item, in order, when the handlers have ended', async () => {
    const slow = new SlowHandler('a');
    const dispatcher = dispatcherOf(slow);
    const note = (what: string) => (): void => void slow.events.push(what);
    dispatcher.dispatch({ items: [message('a'), message('b')], onHandled: note('first batch') });
    dispatcher.dispatch({ items: [gap()], onHandled: note('second batch') });
    expect(slow.events).toEqual(['a begins']);
    slow.end('a');
    await dispatcher.drained();
    expect(slow.events).toEqual([
      ...['a begins', 'a ends', 'first batch'],
      ...['b begins', 'b ends', 'first batch'],
      ...['gap begins', 'gap ends', 'second batch'],
    ]);
  });

  it('is told in runs where the handlers take no time, and before they are waited for', async () => {
    const slow = new SlowHandler('slow');
    const runs: number[] = [];
    const fast = ['1', '2', '3', '4', '5', '6'].map((text) => message(text, 'fast'));
    const dispatcher = dispatcherOf({
      handle: (each) => (each.channel === 'fast' ? undefined : slow.handle(each)),
    });
    const items = [...fast, message('slow'), message('7', 'fast'), message('8', 'fast')];
    dispatcher.dispatch({ items, onHandled: (count) => void runs.push(count) });
    expect(runs).toEqual([1, 2, 3]);
    expect(dispatcher.waiting).toBe(2);
    slow.end('slow');
    await dispatcher.drained();
    expect(runs).toEqual([1, 2, 3, 1, 2]);
    expect([dispatcher.handled, dispatcher.waiting, dispatcher.waitingBytes]).toEqual([9, 0, 0]);
  });

  it('is called before `dispatch` returns when handlers take no time', () => {
    const dispatcher = dispatcherOf(recordInto([]));
    const batch = keptBatch(message('a'), message('b'));
    dispatcher.dispatch(batch);
    expect(batch.handled).toBe(2);
    expect(dispatcher.handled).toBe(2);
  });

  it('is called for a message that no handler wants', () => {
    const dispatcher = dispatcherOf({ channels: [], handle: () => undefined });
    const batch = keptBatch(message('a'));
    dispatcher.dispatch(batch);
    expect(batch.handled).toBe(1);
  });
});

describe('room for bare messages', () => {
  it('is there though publishers have a lot waiting, and comes back before everything is done', async () => {
    const slow = new SlowHandler('a', 'b');
    const dispatcher = dispatcherOf(slow);
    const bare = Array.from({ length: 1001 }, (_, n) => bareMessage(String(n)));
    dispatcher.dispatch(keptBatch(message('a'), ...Array.from({ length: 2000 }, () => gap())));
    expect(dispatcher.isFull).toBe(false);
    dispatcher.dispatch({ items: bare });
    dispatcher.dispatch(keptBatch(message('b')));
    expect(dispatcher.isFull).toBe(true);
    slow.end('a');
    await dispatcher.room();
    expect(slow.events).not.toContain('b ends');
    slow.end('b');
    await dispatcher.drained();
  });
});

describe('stopping', () => {
  it('finishes what runs and leaves what a publisher keeps', async () => {
    const slow = new SlowHandler('a');
    const dispatcher = dispatcherOf(slow);
    const batch = keptBatch(message('a'), message('b'), gap());
    dispatcher.dispatch(batch);
    const stopped = dispatcher.stop();
    expect(slow.events).toEqual(['a begins']);
    slow.end('a');
    await stopped;
    expect(slow.events).toEqual(['a begins', 'a ends']);
    expect(batch.handled).toBe(1);
  });

  it('still handles what its publisher does not keep any more', async () => {
    const slow = new SlowHandler('a');
    const dispatcher = dispatcherOf(slow);
    dispatcher.dispatch({ ...keptBatch(message('a'), message('last')), isKept: () => false });
    const stopped = dispatcher.stop();
    slow.end('a');
    await stopped;
    expect(slow.events).toEqual(['a begins', 'a ends', 'last begins', 'last ends']);
  });

  it('takes nothing behind what it has left, though its publisher is gone meanwhile', async () => {
    const slow = new SlowHandler('a');
    const dispatcher = dispatcherOf(slow);
    let isThere = true;
    const isKept = (): boolean => isThere;
    dispatcher.dispatch({ items: [bareMessage('a')] });
    const stopped = dispatcher.stop();
    dispatcher.dispatch({ ...keptBatch(message('left')), isKept });
    dispatcher.dispatch({ ...keptBatch(message('behind')), isKept });
    isThere = false;
    slow.end('a');
    await stopped;
    expect(slow.events).toEqual(['a begins', 'a ends']);
  });

  it('still handles what nobody keeps', async () => {
    const slow = new SlowHandler('a');
    const dispatcher = dispatcherOf(slow);
    const left = keptBatch(message('left'));
    dispatcher.dispatch({ items: [message('a')] });
    dispatcher.dispatch(left);
    dispatcher.dispatch({ items: [bareMessage('bare')] });
    const stopped = dispatcher.stop();
    slow.end('a');
    await stopped;
    expect(slow.events).toEqual(['a begins', 'a ends', 'bare begins', 'bare ends']);
    expect(left.handled).toBe(0);
  });

  it('knows how many messages it is not done with that cannot come again', async () => {
    const slow = new SlowHandler('a', 'b');
    const dispatcher = dispatcherOf(slow);
    dispatcher.dispatch({ items: [message('a'), bareMessage('b')] });
    dispatcher.dispatch({ ...keptBatch(gap(), message('c')), isKept: () => false });
    dispatcher.dispatch(keptBatch(message('left')));
    expect(dispatcher.unkept).toBe(3);
    const stopped = dispatcher.stop();
    slow.end('a');
    await slow.begins('b');
    expect(dispatcher.unkept).toBe(2);
    slow.end('b');
    await stopped;
    expect(dispatcher.unkept).toBe(0);
  });

  it('leaves what a publisher delivers later', async () => {
    const texts: string[] = [];
    const dispatcher = dispatcherOf(recordInto(texts));
    await dispatcher.stop();
    const late = keptBatch(message('late'));
    dispatcher.dispatch(late);
    await dispatcher.drained();
    expect(texts).toEqual([]);
    expect(late.handled).toBe(0);
    expect(dispatcher.waiting).toBe(0);
  });
});
