import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger, type LoggerService } from '@nestjs/common';
import type { PayloadDto } from '@relay/contracts';
import * as z from 'zod/mini';
import { Dispatcher } from './dispatcher.js';
import { Message } from './message.js';
import type { MessageHandler } from './message-handler.js';

interface Reading {
  celsius: number;
}

const readingDto: PayloadDto<Reading> = {
  channel: 'readings',
  format: 'json',
  schema: z.object({ celsius: z.number() }),
};

function message(text: string | Uint8Array, channel = 'test_websocket'): Message {
  return new Message(channel, Buffer.from(text), new Date(0), '0-1', undefined);
}

function recordInto(texts: string[]): MessageHandler {
  return { handle: ({ text }) => void texts.push(text) };
}

let reports: string[];

beforeEach(() => {
  reports = [];
  const logger: LoggerService = {
    log: () => undefined,
    warn: () => undefined,
    error: (line: unknown) => void reports.push(String(line)),
  };
  Logger.overrideLogger(logger);
});

describe('Dispatcher', () => {
  it.each<[string, MessageHandler['handle']]>([
    [
      'throws',
      () => {
        throw new Error('out of paper');
      },
    ],
    ['rejects', () => Promise.reject(new Error('out of paper'))],
  ])(
    'goes on with the next handler and message when one %s, and reports each',
    async (_, handle) => {
      const texts: string[] = [];
      const dispatcher = new Dispatcher([{ handle }, recordInto(texts)]);
      dispatcher.dispatch([message('a'), message('b')]);
      await dispatcher.drained();
      expect(texts).toEqual(['a', 'b']);
      expect(reports).toHaveLength(2);
      expect(reports[0]).toMatch(/test_websocket.*0-1.*out of paper/);
    },
  );

  it('starts a message only when a slow handler has finished the one before', async () => {
    const releases: (() => void)[] = [];
    const events: string[] = [];
    const secondBegan = deferred();
    const slow: MessageHandler = {
      async handle({ text }) {
        events.push(`${text} begins`);
        if (text === 'b') secondBegan.resolve();
        await new Promise<void>((resolve) => releases.push(resolve));
        events.push(`${text} ends`);
      },
    };
    const dispatcher = new Dispatcher([slow]);
    dispatcher.dispatch([message('a')]);
    dispatcher.dispatch([message('b')]);
    expect(events).toEqual(['a begins']);
    releases.shift()?.();
    await secondBegan.promise;
    expect(events).toEqual(['a begins', 'a ends', 'b begins']);
    releases.shift()?.();
    await dispatcher.drained();
    expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('takes messages that come while it is idle again', async () => {
    const texts: string[] = [];
    const dispatcher = new Dispatcher([recordInto(texts)]);
    for (const text of ['a', 'b', 'c']) {
      dispatcher.dispatch([message(text)]);
      await dispatcher.drained();
    }
    expect(texts).toEqual(['a', 'b', 'c']);
  });

  it('hands on what a handler itself dispatches', async () => {
    const texts: string[] = [];
    const dispatcher: Dispatcher = new Dispatcher([
      recordInto(texts),
      {
        handle: ({ text }) => {
          if (text === 'a') dispatcher.dispatch([message('b')]);
        },
      },
    ]);
    dispatcher.dispatch([message('a')]);
    await dispatcher.drained();
    expect(texts).toEqual(['a', 'b']);
  });

  it('is full while more than a thousand messages wait', async () => {
    let release = (): void => undefined;
    const pending = new Promise<void>((resolve) => (release = resolve));
    const dispatcher = new Dispatcher([{ handle: () => pending }]);
    dispatcher.dispatch([message('being handled')]);
    dispatcher.dispatch(Array.from({ length: 1000 }, () => message('x')));
    expect(dispatcher.isFull).toBe(false);
    dispatcher.dispatch([message('one more')]);
    expect(dispatcher.isFull).toBe(true);
    release();
    await dispatcher.drained();
    expect(dispatcher.isFull).toBe(false);
  });

  it('gives a handler the messages of its channels alone', async () => {
    const texts: string[] = [];
    const dispatcher = new Dispatcher([{ channels: ['b'], ...recordInto(texts) }]);
    dispatcher.dispatch([message('1', 'a'), message('2', 'b')]);
    await dispatcher.drained();
    expect(texts).toEqual(['2']);
  });

  it('gives a handler with a DTO the decoded payloads of its channel', async () => {
    const readings: Reading[] = [];
    const handler: MessageHandler<Reading> = {
      dto: readingDto,
      handle: (_, reading) => void readings.push(reading),
    };
    const dispatcher = new Dispatcher([handler]);
    dispatcher.dispatch([message('hello'), message('{"celsius":21.5}', 'readings')]);
    await dispatcher.drained();
    expect(readings).toEqual([{ celsius: 21.5 }]);
    expect(reports).toEqual([]);
  });

  it.each<[string, string | Uint8Array]>([
    ['not of the schema', '{"celsius":"warm"}'],
    ['not JSON', 'warm'],
    ['not UTF-8', Buffer.from([0xff])],
  ])('reports and skips a payload that is %s, for that handler only', async (_, payload) => {
    const readings: unknown[] = [];
    const texts: string[] = [];
    const handler: MessageHandler = {
      dto: readingDto,
      handle: (__, data) => void readings.push(data),
    };
    const dispatcher = new Dispatcher([handler, recordInto(texts)]);
    dispatcher.dispatch([message(payload, 'readings'), message('{"celsius":1}', 'readings')]);
    await dispatcher.drained();
    expect(readings).toEqual([{ celsius: 1 }]);
    expect(texts).toHaveLength(2);
    expect(reports).toEqual([expect.stringContaining('readings')]);
  });
});

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
