import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { attempt, HandlerFailedError, HandlerTimeoutError } from './attempts.js';
import { deferred } from './testing/recording.js';

const options = { attempts: 3, timeoutMs: 1000 };
const JUST_UNDER_ONE = 0.999;

beforeEach(() => {
  jest.useFakeTimers();
  jest.spyOn(Math, 'random').mockReturnValue(JUST_UNDER_ONE);
});

afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

/** What a promise rejected with; undefined when it did not. */
async function failureOf(pending: void | Promise<void>): Promise<unknown> {
  try {
    await pending;
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('attempt', () => {
  it('leaves nothing to wait for when the work is done at once', () => {
    expect(attempt(() => undefined, options)).toBeUndefined();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('leaves no timer behind when the work ends in time', async () => {
    await attempt(() => Promise.resolve(), options);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('tries again after up to 100 ms, then up to 200 ms, and succeeds', async () => {
    let calls = 0;
    const pending = attempt(() => {
      calls += 1;
      if (calls < 3) throw new Error('not yet');
    }, options);
    await jest.advanceTimersByTimeAsync(99);
    expect(calls).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(calls).toBe(2);
    await jest.advanceTimersByTimeAsync(199);
    expect(calls).toBe(2);
    await jest.advanceTimersByTimeAsync(1);
    expect(calls).toBe(3);
    await expect(pending).resolves.toBeUndefined();
  });

  it.each<[string, () => Promise<void>]>([
    [
      'throws',
      () => {
        throw new Error('out of paper');
      },
    ],
    ['rejects', () => Promise.reject(new Error('out of paper'))],
  ])('gives up after the last attempt of work that %s, with its error', async (_, fail) => {
    const work = jest.fn(fail);
    const failure = failureOf(attempt(work, options));
    await jest.advanceTimersByTimeAsync(300);
    expect(await failure).toMatchObject({ attempts: 3, cause: { message: 'out of paper' } });
    expect(await failure).toBeInstanceOf(HandlerFailedError);
    expect(work).toHaveBeenCalledTimes(3);
  });

  it('tries once and no more where one attempt is asked for', async () => {
    const work = jest.fn(() => Promise.reject(new Error('out of paper')));
    const failure = await failureOf(attempt(work, { ...options, attempts: 1 }));
    expect(failure).toMatchObject({ attempts: 1 });
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('gives up work that hangs when its time is over, and does not try it again', async () => {
    const work = jest.fn(() => deferred().promise);
    const failure = failureOf(attempt(work, options));
    await jest.advanceTimersByTimeAsync(999);
    expect(jest.getTimerCount()).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(await failure).toMatchObject({ attempts: 1 });
    expect((await failure) as HandlerFailedError).toHaveProperty(
      'cause',
      expect.any(HandlerTimeoutError),
    );
    await jest.advanceTimersByTimeAsync(60_000);
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('gives every attempt the whole time', async () => {
    const hanging = deferred();
    const work = jest
      .fn<() => Promise<void>>()
      .mockRejectedValueOnce(new Error('not yet'))
      .mockReturnValue(hanging.promise);
    const pending = attempt(work, options);
    await jest.advanceTimersByTimeAsync(100 + 999);
    hanging.resolve();
    await expect(pending).resolves.toBeUndefined();
  });

  it('counts the attempts before the one that hung', async () => {
    const work = jest
      .fn<() => Promise<void>>()
      .mockRejectedValueOnce(new Error('not yet'))
      .mockReturnValue(deferred().promise);
    const failure = failureOf(attempt(work, options));
    await jest.advanceTimersByTimeAsync(1100);
    expect(await failure).toMatchObject({ attempts: 2, cause: { code: 'handler-timeout' } });
  });

  it('does not crash the process when work that was given up rejects later', async () => {
    const hanging = deferred();
    const failure = failureOf(attempt(() => hanging.promise, options));
    await jest.advanceTimersByTimeAsync(1000);
    await failure;
    hanging.reject(new Error('too late'));
    await jest.advanceTimersByTimeAsync(0);
  });

  it.each<[string, unknown, string]>([
    ['a string', 'out of paper', 'out of paper'],
    ['nothing', undefined, 'undefined'],
    ['an object that has no text', Object.create(null), '[Object: null prototype] {}'],
  ])('makes an error of %s that was thrown', async (_, thrown, text) => {
    const failure = await failureOf(
      attempt(
        () => {
          throw thrown;
        },
        { ...options, attempts: 1 },
      ),
    );
    expect(failure).toMatchObject({ cause: { message: text } });
  });
});
