import { expect, it } from '@jest/globals';
import { AddressRates } from './address-rates.js';

const ONE = { perSecond: 1, atOnce: 1 };
const MANY = { perSecond: 1000, atOnce: 1000 };

it('one address is bounded by itself, until a second has passed', () => {
  const rates = new AddressRates(MANY, ONE, 10);
  expect([0, 0].map((now) => rates.take('192.0.2.1', now))).toEqual([undefined, 'per-address']);
  expect(rates.take('192.0.2.2', 0)).toBeUndefined();
  expect(rates.take('192.0.2.1', 1000)).toBeUndefined();
});

it('all are bounded together', () => {
  const rates = new AddressRates(ONE, MANY, 10);
  expect(rates.take('192.0.2.1', 0)).toBeUndefined();
  expect(rates.take('192.0.2.2', 0)).toBe('in-all');
});

it('of too many addresses the one is forgotten that was silent for longest', () => {
  const rates = new AddressRates(MANY, ONE, 2);
  const taken = ['a', 'b', 'a', 'c', 'a', 'b'].map((address) => rates.take(address, 0));
  expect(taken).toEqual([undefined, undefined, 'per-address', undefined, 'per-address', undefined]);
});
