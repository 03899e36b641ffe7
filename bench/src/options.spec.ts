import { expect, test } from '@jest/globals';
import { readOptions, UsageError } from './options.js';

test('measures the sizes and the variants that matter by default, everything with --full', () => {
  const usual = readOptions([]);
  expect(usual).toMatchObject({ rounds: 5, sizes: [16, 256, 4096], scenarios: [] });
  expect(usual?.variants.map(({ name }) => name)).not.toContain('ioredis-alone');
  const full = readOptions(['--full']);
  expect(full?.variants.map(({ name }) => name)).toContain('ioredis-alone');
  expect(full?.scenarios.map(({ name }) => name)).toContain('overload');
});

test('runs a scenario alone', () => {
  const { sizes, scenarios } = readOptions(['--only=start']) ?? {};
  expect(sizes).toEqual([]);
  expect(scenarios?.map(({ name }) => name)).toEqual(['start']);
});

test.each([
  ['--rounds=0', '--rounds: 0 is not a number from 1'],
  ['--rounds=1.5', '--rounds: 1.5 is not a whole number'],
  ['--sizes=256,8', '--sizes: 8 is not a number from 16'],
  ['--seconds=soon', '--seconds: soon is not a number'],
  ['--variants=fast', '--variants: no variant fast; there are relay, bare-pipe'],
  ['--only=fun', '--only: there is no fun; there are rounds, overload'],
  ['--fast', "Unknown option '--fast'"],
])('says what is wrong with %s', (argument, sentence) => {
  expect(() => readOptions([argument])).toThrow(UsageError);
  expect(() => readOptions([argument])).toThrow(sentence);
});
