import { expect, it } from '@jest/globals';
import { parseFlags, partOf, positiveInteger, positiveNumber, seed } from './flags.js';

const flags = {
  minutes: positiveNumber(10),
  seed: seed(),
  consumers: positiveInteger(1),
  only: partOf(['close flood', 'ping flood']),
};

it('gives the defaults of flags that are not given', () => {
  const { seed: chosen, ...others } = parseFlags(flags, []);
  expect(others).toEqual({ minutes: 10, consumers: 1, only: '' });
  expect(chosen).toBe(flags.seed.default);
});

it('gives what flags say', () => {
  const argv = ['--minutes=0.5', '--seed=-3', '--consumers', '2', '--only=ping'];
  expect(parseFlags(flags, argv)).toEqual({ minutes: 0.5, seed: -3, consumers: 2, only: 'ping' });
});

it.each([
  ['--minutes=0', '--minutes is "0"; expected a number above 0'],
  ['--minutes=ten', '--minutes is "ten"; expected a number above 0'],
  ['--seed=1.5', '--seed is "1.5"; expected a whole number'],
  ['--seed=', '--seed is ""; expected a whole number'],
  ['--consumers=0', '--consumers is "0"; expected a whole number above 0'],
  ['--consumers=1.5', '--consumers is "1.5"; expected a whole number above 0'],
  ['--only=flod', '--only is "flod"; expected part of one of "close flood", "ping flood"'],
  ['--colour=red', "Unknown option '--colour'"],
  ['stray', "Unexpected argument 'stray'"],
])('refuses %s', (flag, message) => {
  expect(() => parseFlags(flags, [flag])).toThrow(message);
});
