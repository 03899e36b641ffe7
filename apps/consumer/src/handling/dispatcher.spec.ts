import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PayloadDto } from '@relay/contracts';
import * as z from 'zod/mini';
import type { Dispatcher } from './dispatcher.js';
import type { MessageHandler } from './message-handler.js';
import { dispatcherOf, keptBatch, recordInto, SlowHandler } from './testing/dispatching.js';
import { bareMessage, gap, message, recordLog, start } from './testing/recording.js';

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
    expect(dispatcher.counts.items).toBe(1002);
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
    expect([dispatcher.counts.items, dispatcher.waiting, dispatcher.waitingBytes]).toEqual([
      9, 0, 0,
    ]);
  });

  it('is called before `dispatch` returns when handlers take no time', () => {
    const dispatcher = dispatcherOf(recordInto([]));
    const batch = keptBatch(message('a'), message('b'));
    dispatcher.dispatch(batch);
    expect(batch.handled).toBe(2);
    expect(dispatcher.counts.items).toBe(2);
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
