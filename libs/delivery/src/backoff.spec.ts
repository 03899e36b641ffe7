import { describe, expect, it } from '@jest/globals';
import { randomisedExponentialBackoff, slowRetry } from './backoff.js';

const ALMOST_ONE = 1 - Number.EPSILON;

describe('randomised exponential backoff', () => {
  it.each([
    [1, 100],
    [2, 200],
    [7, 6_400],
    [8, 10_000],
    [5_000, 10_000],
  ])('waits at the most, after attempt %i, %i ms', (attempt, atMost) => {
    expect(randomisedExponentialBackoff(attempt, ALMOST_ONE)).toBe(atMost);
  });

  it('waits no longer than it may', () => {
    expect(randomisedExponentialBackoff(4, ALMOST_ONE, 1_000)).toBe(800);
    expect(randomisedExponentialBackoff(5_000, ALMOST_ONE, 1_000)).toBe(1_000);
  });

  it('may not wait at all', () => {
    expect(randomisedExponentialBackoff(5, 0)).toBe(0);
  });
});

describe('the slow retry', () => {
  it('waits half a minute to a minute', () => {
    expect([slowRetry(0), slowRetry(ALMOST_ONE)]).toEqual([30_000, 60_000]);
  });
});
