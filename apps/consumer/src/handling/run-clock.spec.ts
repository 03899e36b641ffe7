import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { RunClock } from './run-clock.js';

let clock: RunClock;

beforeEach(() => {
  jest.useFakeTimers({ now: 1000 });
  clock = new RunClock();
  clock.begin();
});

afterEach(() => {
  jest.useRealTimers();
});

/** The handlers take so many milliseconds for each of some runs. */
function runs(count: number, ms: number): void {
  for (let run = 0; run < count; run++) {
    jest.setSystemTime(Date.now() + ms);
    clock.next();
  }
}

it('tells when the run began', () => {
  jest.setSystemTime(1010);
  expect(clock.now).toBe(1000);
  clock.next();
  expect(clock.now).toBe(1010);
});

it('makes runs longer while they take no time, up to 64 items', () => {
  const lengths = Array.from({ length: 8 }, () => {
    runs(1, 0);
    return clock.maxItems;
  });
  expect(lengths).toEqual([2, 4, 8, 16, 32, 64, 64, 64]);
});

it('makes runs of single items when they take longer than a millisecond', () => {
  runs(8, 1);
  expect(clock.maxItems).toBe(64);
  runs(1, 2);
  expect(clock.maxItems).toBe(1);
});
