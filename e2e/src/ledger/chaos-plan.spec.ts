import { expect, it } from '@jest/globals';
import { faults, plan, type Round } from './chaos-plan.js';

function rounds(seed: number, count: number): Round[] {
  const generated = plan(seed, 2);
  return Array.from({ length: count }, () => generated.next().value);
}

it('is the same for the same seed, and another for another', () => {
  expect(rounds(1, 50)).toEqual(rounds(1, 50));
  expect(rounds(1, 50)).not.toEqual(rounds(2, 50));
});

it('comes to every fault, to mixtures and to every consumer', () => {
  const planned = rounds(1, 500);
  expect(new Set(planned.map(({ fault }) => fault))).toEqual(new Set(faults));
  expect(planned.some(({ second }) => second !== undefined)).toBe(true);
  expect(new Set(planned.map(({ seat }) => seat))).toEqual(new Set([0, 1]));
});
