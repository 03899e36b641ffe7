import { expect, it } from '@jest/globals';
import { Buckets } from './buckets.js';

it('counts for each bound how many values were not above it', () => {
  const buckets = new Buckets([1, 5]);
  for (const value of [0, 1, 1.5, 5, 7]) buckets.observe(value);
  expect([...buckets]).toEqual([
    [1, 2],
    [5, 4],
    ['+Inf', 5],
  ]);
  expect(buckets.sum).toBe(14.5);
});
