import { expect, test } from '@jest/globals';
import { growthOf } from '../soak/growth.js';
import { latencyOf } from './latency.js';
import { turns } from './order.js';
import { median, pairedRatios } from './statistics.js';

test('the median is the middle one, or between the two in the middle', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test('ratios are taken within each round, so that a slow round disturbs none', () => {
  const relay = new Map([
    [1, 300],
    [2, 30],
    [3, 600],
  ]);
  const bare = new Map([
    [1, 100],
    [2, 10],
  ]);
  expect(pairedRatios(relay, bare)).toEqual([3, 3]);
});

test('each round begins with another variant, and none is left out', () => {
  const order = turns(4, [16, 256], ['a', 'b', 'c']);
  const rounds = [1, 2, 3, 4].map((round) =>
    order.filter((turn) => turn.round === round).map(({ variant }) => variant),
  );
  expect(rounds.map((round) => round.toSorted())).toEqual(Array(4).fill(['a', 'b', 'c']));
  expect(new Set(rounds.slice(0, 3).map(([first]) => first))).toEqual(new Set(['a', 'b', 'c']));
  expect(order.map(({ sizes }) => sizes.toSorted((a, b) => a - b))).toEqual(
    Array(12).fill([16, 256]),
  );
  expect(new Set(order.map(({ sizes: [first] }) => first))).toEqual(new Set([16, 256]));
});

test('percentiles come from all the latencies, the rare long ones included', () => {
  const latency = latencyOf([...Array<number>(980).fill(100), ...Array<number>(20).fill(5_000)]);
  expect(latency).toMatchObject({ count: 1000, p50: 100 });
  expect(latency.p99).toBeGreaterThanOrEqual(5_000);
});

test('memory grows when it is higher at the end than after the warm-up', () => {
  const steady = Array.from({ length: 400 }, (_, index) => 100e6 + (index % 7) * 2e6);
  expect(growthOf(steady).isGrowing).toBe(false);
  expect(growthOf(steady.map((bytes, index) => bytes + index * 0.25e6)).isGrowing).toBe(true);
  expect(growthOf([20e6, ...steady]).isGrowing).toBe(false);
  expect(growthOf(steady.slice(0, 60)).isGrowing).toBeNull();
});
