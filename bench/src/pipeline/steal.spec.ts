import { expect, it } from '@jest/globals';
import { coreTicks, stealBetween } from './steal.js';

it('is the share of what was wanted that the host gave to others', () => {
  const before = coreTicks('cpu  100 10 50 9000 70 5 5 30 7 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n');
  expect(before).toEqual({ wanted: 200, stolen: 30 });
  const after = coreTicks('cpu  150 10 60 9900 99 5 5 60 9 0\n');
  expect(stealBetween(before, after)).toBeCloseTo(30 / 90);
});

it('is nothing while nothing was wanted, and where the system does not count it', () => {
  const idle = coreTicks('cpu  100 10 50 9000 70 5 5\n');
  expect(stealBetween(idle, idle)).toBe(0);
});

it('is read off this machine', () => {
  expect(coreTicks().wanted).toBeGreaterThan(0);
});
