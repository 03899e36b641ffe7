import { describe, expect, it } from '@jest/globals';
import { TokenBucket } from './token-bucket.js';

describe('a token bucket', () => {
  it('gives so many at once, and then so many a second', () => {
    const bucket = new TokenBucket(10, 2);
    const given = [0, 0, 0, 99, 100, 100].map((now) => bucket.tryTake(now));
    expect(given).toEqual([true, true, false, false, true, false]);
  });

  it('gathers no more in a long rest than it gives at once', () => {
    const bucket = new TokenBucket(10, 2);
    bucket.tryTake(0);
    const given = [1e9, 1e9, 1e9].map((now) => bucket.tryTake(now));
    expect(given).toEqual([true, true, false]);
  });

  it('says how long a debt takes to be paid', () => {
    const bucket = new TokenBucket(10, 1);
    expect([0, 0, 0].map((now) => bucket.take(now))).toEqual([0, 100, 200]);
    expect(bucket.take(300)).toBe(0);
  });
});
