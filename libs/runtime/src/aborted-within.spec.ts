import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { abortedWithin } from './aborted-within.js';

const MS = 20;

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

it('is aborted when its time is over, whatever the collector of garbage has taken', async () => {
  const signal = abortedWithin(MS, new AbortController().signal);
  await nextTurn(); // what was referred to weakly is not collected before
  collectGarbage();
  await once(signal, 'abort');
  expect(signal.aborted).toBe(true);
});

it('is aborted with the other, before its time', () => {
  const other = new AbortController();
  const signal = abortedWithin(MS, other.signal);
  expect(signal.aborted).toBe(false);
  other.abort();
  expect(signal.aborted).toBe(true);
});

it('is aborted from the beginning where the other is', () => {
  expect(abortedWithin(MS, AbortSignal.abort()).aborted).toBe(true);
});
