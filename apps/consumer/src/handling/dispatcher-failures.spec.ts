import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { PayloadDto } from '@relay/contracts';
import * as z from 'zod/mini';
import { DeadLetters } from './dead-letters.js';
import { Dispatcher } from './dispatcher.js';
import type { MessageHandler } from './message-handler.js';
import {
  bareMessage,
  deferred,
  gap,
  message,
  Recording,
  recordLog,
  start,
} from './testing/recording.js';

const ATTEMPTS = 3;
const TIMEOUT_MS = 1000;
/** Longer than the backoff between all attempts. */
const EVERY_BACKOFF_MS = 300;

let reports: string[];
let letters: Recording;

beforeEach(() => {
  jest.useFakeTimers();
  jest.spyOn(Math, 'random').mockReturnValue(0.999);
  reports = recordLog();
  letters = new Recording();
});

afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

function dispatcherOf(...handlers: MessageHandler[]): Dispatcher {
  const deadLetters = new DeadLetters(undefined, letters);
  return new Dispatcher(handlers, { attempts: ATTEMPTS, timeoutMs: TIMEOUT_MS }, deadLetters);
}

function deadLetters(): unknown[] {
  return letters.text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

/** Keeps the text of what it is given, and refuses `bad`. */
class Picky implements MessageHandler {
  readonly texts: string[] = [];
  readonly refused: [string, string][] = [];

  constructor(private readonly refusal: () => void | Promise<void>) {}

  handle({ text }: { text: string }): void | Promise<void> {
    this.texts.push(text);
    if (text === 'bad') return this.refusal();
    return undefined;
  }

  handleDeadLetter({ text }: { text: string }, error: Error): void {
    this.refused.push([text, error.message]);
  }
}

const refusals: [string, () => Promise<void>][] = [
  [
    'throws',
    () => {
      throw new Error('out of paper');
    },
  ],
  ['rejects', () => Promise.reject(new Error('out of paper'))],
];

describe.each(refusals)('a handler that %s', (_, refusal) => {
  it('is tried again with backoff, then the message is a dead letter and the next comes', async () => {
    const picky = new Picky(refusal);
    const dispatcher = dispatcherOf(picky);
    dispatcher.dispatch({ items: [message('bad'), message('good')] });
    expect(picky.texts).toEqual(['bad']);
    await jest.advanceTimersByTimeAsync(EVERY_BACKOFF_MS);
    expect(picky.texts).toEqual(['bad', 'bad', 'bad', 'good']);
    expect(deadLetters()).toEqual([
      expect.objectContaining({ handler: 'Picky', attempts: ATTEMPTS, payload: 'bad' }),
    ]);
    expect(reports).toEqual([
      expect.stringMatching(/Picky.*test_websocket.*box\/0-1.*3 attempts.*out of paper/),
    ]);
    expect(dispatcher.counts.items).toBe(2);
  });

  it('is told which message became a dead letter, and why', async () => {
    const picky = new Picky(refusal);
    dispatcherOf(picky).dispatch({ items: [message('bad'), message('good')] });
    await jest.advanceTimersByTimeAsync(EVERY_BACKOFF_MS);
    expect(picky.refused).toEqual([['bad', 'out of paper']]);
  });
});

describe('among several handlers', () => {
  it('only the one that failed is tried again, and the message is done when all are', async () => {
    const failing = jest.fn<() => void>().mockImplementationOnce(() => {
      throw new Error('not yet');
    });
    const fine = jest.fn<() => void>();
    const onHandled = jest.fn();
    const dispatcher = dispatcherOf({ handle: failing }, { handle: fine });
    dispatcher.dispatch({ items: [message('a')], onHandled });
    await jest.advanceTimersByTimeAsync(0);
    expect(fine).toHaveBeenCalledTimes(1);
    expect(onHandled).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(EVERY_BACKOFF_MS);
    expect(failing).toHaveBeenCalledTimes(2);
    expect(fine).toHaveBeenCalledTimes(1);
    expect(onHandled).toHaveBeenCalledTimes(1);
    expect(deadLetters()).toEqual([]);
  });

  it('each can refuse the same message', async () => {
    const refuse = (): Promise<void> => Promise.reject(new Error('no'));
    const dispatcher = dispatcherOf(new Picky(refuse), new Picky(refuse));
    dispatcher.dispatch({ items: [message('bad')] });
    await jest.advanceTimersByTimeAsync(EVERY_BACKOFF_MS);
    expect(deadLetters()).toHaveLength(2);
    expect(dispatcher.counts.items).toBe(1);
  });
});

describe('a handler that hangs', () => {
  it('is given up when its time is over and not tried again; the next message comes', async () => {
    const hanging = deferred();
    const picky = new Picky(() => hanging.promise);
    const onHandled = jest.fn();
    const dispatcher = dispatcherOf(picky);
    dispatcher.dispatch({ items: [message('bad'), message('good')], onHandled });
    await jest.advanceTimersByTimeAsync(TIMEOUT_MS - 1);
    expect(onHandled).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(picky.texts).toEqual(['bad', 'good']);
    expect(onHandled).toHaveBeenCalledTimes(2);
    expect(deadLetters()).toEqual([expect.objectContaining({ attempts: 1, payload: 'bad' })]);
    hanging.reject(new Error('too late')); // must not crash the process
    await jest.advanceTimersByTimeAsync(TIMEOUT_MS);
    expect(picky.texts).toEqual(['bad', 'good']);
  });

  it('is given up on gaps, beginnings and dead letters as well', async () => {
    const hang = (): Promise<void> => deferred().promise;
    const refuse = (): Promise<void> => Promise.reject(new Error('no'));
    const handler = { handle: refuse, handleGap: hang, handleStart: hang, handleDeadLetter: hang };
    const dispatcher = dispatcherOf(handler);
    dispatcher.dispatch({ items: [start(), gap(), message('bad')] });
    await jest.advanceTimersByTimeAsync(3 * TIMEOUT_MS + EVERY_BACKOFF_MS);
    expect(dispatcher.counts.items).toBe(3);
  });
});

describe('a payload that does not fit', () => {
  const dto: PayloadDto<{ celsius: number }> = {
    channel: 'readings',
    format: 'json',
    schema: z.object({ celsius: z.number() }),
  };

  it.each<[string, string | Uint8Array]>([
    ['the schema', '{"celsius":"warm"}'],
    ['JSON', 'warm'],
    ['UTF-8', Buffer.from([0xff])],
  ])('%s is a dead letter at once, for the handler that has the DTO', async (_, payload) => {
    const readings: unknown[] = [];
    const refused: string[] = [];
    const others: string[] = [];
    const handler: MessageHandler<{ celsius: number }> = {
      dto,
      handle: (__, reading) => void readings.push(reading),
      handleDeadLetter: (__, { name }) => void refused.push(name),
    };
    const dispatcher = dispatcherOf(handler, { handle: ({ text }) => void others.push(text) });
    const items = [message(payload, 'readings'), message('{"celsius":1}', 'readings')];
    dispatcher.dispatch({ items });
    await dispatcher.drained();
    expect(readings).toEqual([{ celsius: 1 }]);
    expect(refused).toEqual(['InvalidPayloadError']);
    expect(others).toHaveLength(2);
    expect(deadLetters()).toEqual([expect.objectContaining({ attempts: 0, channel: 'readings' })]);
  });
});

describe('what comes beside messages', () => {
  it('goes on when a gap is not taken, and logs what the gap was', async () => {
    const texts: string[] = [];
    const dispatcher = dispatcherOf({
      handle: ({ text }) => void texts.push(text),
      handleGap: () => Promise.reject(new Error('disk full')),
    });
    dispatcher.dispatch({ items: [gap(), message('a')] });
    await jest.advanceTimersByTimeAsync(EVERY_BACKOFF_MS);
    expect(texts).toEqual(['a']);
    expect(reports).toEqual([
      expect.stringMatching(/^gap: .*Redis restarted/),
      expect.stringMatching(/gap: disk full.*Redis restarted/),
    ]);
    expect(deadLetters()).toEqual([]);
  });

  it('goes on when a beginning is not taken', async () => {
    const texts: string[] = [];
    const dispatcher = dispatcherOf({
      handle: ({ text }) => void texts.push(text),
      handleStart: () => Promise.reject(new Error('disk full')),
    });
    dispatcher.dispatch({ items: [start(), message('a')] });
    await jest.advanceTimersByTimeAsync(EVERY_BACKOFF_MS);
    expect(texts).toEqual(['a']);
    expect(reports).toEqual([expect.stringContaining('beginning: disk full')]);
  });

  it('tries a gap again', async () => {
    const handleGap = jest
      .fn<() => Promise<void>>()
      .mockRejectedValueOnce(new Error('not yet'))
      .mockResolvedValue();
    const dispatcher = dispatcherOf({ handle: () => undefined, handleGap });
    dispatcher.dispatch({ items: [gap()] });
    await jest.advanceTimersByTimeAsync(EVERY_BACKOFF_MS);
    expect(handleGap).toHaveBeenCalledTimes(2);
    expect(reports).toEqual([expect.stringMatching(/^gap: .*Redis restarted/)]);
  });

  it('only logs that a dead letter was not taken', async () => {
    const onHandled = jest.fn();
    const dispatcher = dispatcherOf({
      handle: () => Promise.reject(new Error('out of paper')),
      handleDeadLetter: () => Promise.reject(new Error('no room')),
    });
    dispatcher.dispatch({ items: [message('bad')], onHandled });
    await jest.advanceTimersByTimeAsync(2 * EVERY_BACKOFF_MS);
    expect(onHandled).toHaveBeenCalledTimes(1);
    expect(deadLetters()).toHaveLength(1);
    expect(reports).toEqual([
      expect.stringContaining('out of paper'),
      expect.stringContaining('did not take a dead letter: no room'),
    ]);
  });

  it('makes a dead letter of a bare message, too', async () => {
    const picky = new Picky(() => Promise.reject(new Error('no')));
    dispatcherOf(picky).dispatch({ items: [bareMessage('bad')] });
    await jest.advanceTimersByTimeAsync(EVERY_BACKOFF_MS);
    expect(deadLetters()).toEqual([expect.objectContaining({ id: null, payload: 'bad' })]);
  });
});
