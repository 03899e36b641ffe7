import { describe, expect, it } from '@jest/globals';
import { barsPath, frameOf, indexAt, linePath } from './chart-path.js';

const frame = { end: 3000, spanMs: 3000, top: 10 };
const times = [0, 1000, 2000, 3000];

describe('chart', () => {
  it('draws a line from left to right, with a hole where nothing is known', () => {
    expect(linePath(times, [0, 10, null, 5], frame)).toBe('M0 47L100 1M300 24');
    expect(linePath([], [], frame)).toBe('');
  });

  it('draws an upright line for each value', () => {
    expect(barsPath(times, [null, 0, 10, null], frame)).toBe('M200 47L200 1');
  });

  it('is as wide as what is known, but a minute at least, and leaves room above', () => {
    expect(frameOf([0, 90_000], 100, 300_000)).toMatchObject({ end: 90_000, spanMs: 90_000 });
    expect(frameOf([0, 900_000], 100, 300_000).spanMs).toBe(300_000);
    expect(frameOf([5000], 100, 300_000)).toMatchObject({ spanMs: 60_000 });
    expect(frameOf([], 0, 300_000)).toEqual({ end: 0, spanMs: 60_000, top: 1 });
    expect(Math.round(frameOf([], 100, 1).top)).toBe(110);
  });

  it('finds the moment under the pointer', () => {
    expect([0, 0.4, 1].map((part) => indexAt(part, times, frame))).toEqual([0, 1, 3]);
    expect(indexAt(0.5, [], frame)).toBeNull();
  });
});
