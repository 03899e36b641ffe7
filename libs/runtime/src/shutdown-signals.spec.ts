import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { onShutdownSignal } from './shutdown-signals.js';

const TIMEOUT_MS = 5000;
const LAST_WORDS_MS = 1000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

let exits: unknown[];
let words: string[];

beforeEach(() => {
  jest.useFakeTimers();
  exits = [];
  words = [];
  jest.spyOn(process, 'exit').mockImplementation((code): never => {
    exits.push(code);
    return undefined as never;
  });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => words.push(String(text)) > 0);
});

afterEach(() => {
  for (const signal of SIGNALS) process.removeAllListeners(signal);
  jest.restoreAllMocks();
  jest.useRealTimers();
});

const never = (): Promise<number> => new Promise(() => undefined);

describe('the first signal', () => {
  it.each(SIGNALS)('%s begins the shutdown, whose code is the exit code', async (signal) => {
    const shutDown = jest.fn(() => Promise.resolve(3));
    onShutdownSignal(shutDown, TIMEOUT_MS);
    expect(shutDown).not.toHaveBeenCalled();
    process.emit(signal);
    expect(shutDown).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(0);
    expect(exits).toEqual([3]);
  });

  it('exits with 1 and says why when the shutdown fails', async () => {
    onShutdownSignal(() => Promise.reject(new Error('no way out')), TIMEOUT_MS);
    process.emit('SIGTERM');
    await jest.advanceTimersByTimeAsync(0);
    expect(exits).toEqual([1]);
    expect(words.join()).toContain('no way out');
  });
});

describe('the deadline', () => {
  it('is the time that was set, and the shutdown is told of it', async () => {
    const shutDown = (deadline: AbortSignal): Promise<number> =>
      new Promise((resolve) => {
        deadline.addEventListener('abort', () => {
          resolve(4); // something was left
        });
      });
    onShutdownSignal(shutDown, TIMEOUT_MS);
    process.emit('SIGTERM');
    await jest.advanceTimersByTimeAsync(TIMEOUT_MS - 1);
    expect(exits).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(exits).toEqual([4]);
  });

  it('leaves a moment for last words; then the process exits with 1, come what may', () => {
    onShutdownSignal(never, TIMEOUT_MS);
    process.emit('SIGTERM');
    jest.advanceTimersByTime(TIMEOUT_MS + LAST_WORDS_MS - 1);
    expect(exits).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(exits).toEqual([1]);
    expect(words.join()).toContain('not done in 5000 ms');
  });
});

describe('a second signal', () => {
  it('within half a second is the same Ctrl-C, passed on twice', () => {
    const shutDown = jest.fn(never);
    onShutdownSignal(shutDown, TIMEOUT_MS);
    process.emit('SIGINT');
    jest.advanceTimersByTime(499);
    process.emit('SIGINT');
    process.emit('SIGTERM');
    expect(exits).toEqual([]);
    expect(shutDown).toHaveBeenCalledTimes(1);
  });

  it('later is meant by hand: the shutdown is told that its time is over', async () => {
    const shutDown = (deadline: AbortSignal): Promise<number> =>
      new Promise((resolve) => {
        deadline.addEventListener('abort', () => {
          resolve(1);
        });
      });
    onShutdownSignal(shutDown, TIMEOUT_MS);
    process.emit('SIGINT');
    jest.advanceTimersByTime(500);
    process.emit('SIGINT');
    await jest.advanceTimersByTimeAsync(0);
    expect(exits).toEqual([130]);
  });

  it('leaves a moment for last words', () => {
    onShutdownSignal(never, TIMEOUT_MS);
    process.emit('SIGINT');
    jest.advanceTimersByTime(500);
    process.emit('SIGINT');
    jest.advanceTimersByTime(LAST_WORDS_MS - 1);
    expect(exits).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(exits).toEqual([130]);
  });

  it('that is passed on twice does not take the last words away; a third by hand does', () => {
    onShutdownSignal(never, TIMEOUT_MS);
    process.emit('SIGINT');
    jest.advanceTimersByTime(500);
    process.emit('SIGINT');
    jest.advanceTimersByTime(499);
    process.emit('SIGTERM');
    expect(exits).toEqual([]);
    jest.advanceTimersByTime(1);
    process.emit('SIGINT');
    expect(exits).toEqual([130]);
  });
});
