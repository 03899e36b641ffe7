import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RepetitionLimit } from './repetition-limit.js';

let left: number[];

beforeEach(() => {
  jest.useFakeTimers();
  left = [];
});

afterEach(() => {
  jest.useRealTimers();
});

function say(limit: RepetitionLimit, kind: string, times: number): number {
  const onLeft = (count: number): void => void left.push(count);
  return Array.from({ length: times }, () => limit.admits(kind, onLeft)).filter(Boolean).length;
}

describe('what repeats itself', () => {
  it('is admitted so many times a second, and then counted', () => {
    const limit = new RepetitionLimit(3);
    expect(say(limit, 'a', 10)).toBe(3);
    expect(left).toEqual([]);
    jest.advanceTimersByTime(1000);
    expect(left).toEqual([7]);
  });

  it('is admitted again in the next second', () => {
    const limit = new RepetitionLimit(3);
    say(limit, 'a', 4);
    jest.advanceTimersByTime(1000);
    expect(say(limit, 'a', 4)).toBe(3);
    jest.advanceTimersByTime(1000);
    expect(left).toEqual([1, 1]);
  });

  it('is nothing to speak of when it keeps within the limit', () => {
    const limit = new RepetitionLimit(3);
    say(limit, 'a', 3);
    jest.advanceTimersByTime(5000);
    expect(left).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not keep another kind quiet', () => {
    const limit = new RepetitionLimit(1);
    say(limit, 'a', 5);
    expect(say(limit, 'b', 1)).toBe(1);
  });

  it('is told at the end of the process, and not again', () => {
    const limit = new RepetitionLimit(1);
    say(limit, 'a', 5);
    limit.flush();
    jest.advanceTimersByTime(5000);
    expect(left).toEqual([4]);
  });
});
