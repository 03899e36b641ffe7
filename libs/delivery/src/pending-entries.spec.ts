import { beforeEach, expect, it } from '@jest/globals';
import { PendingEntries } from './pending-entries.js';
import { message, messages } from './testing/entries.js';

let pending: PendingEntries;

beforeEach(() => {
  pending = new PendingEntries();
  pending.push(messages(1, 3, 10), 30);
  pending.push([message(4)], 1);
  pending.push(messages(5, 9, 10), 50);
});

it('counts what was received and is not taken out', () => {
  expect([pending.length, pending.bytes]).toEqual([9, 81]);
  pending.shift(2);
  expect([pending.length, pending.bytes]).toEqual([7, 61]);
});

it('gives one after the other, from frame to frame', () => {
  const lasts = Array.from({ length: 9 }, () => pending.shift(1)?.last);
  expect(lasts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `0-${n}`));
  expect([pending.length, pending.bytes]).toEqual([0, 0]);
});

it('gives several at once, of several frames', () => {
  expect(pending.shift(2)).toEqual({ last: '0-2', entries: 2, bytes: 20 });
  expect(pending.shift(4)).toEqual({ last: '0-6', entries: 4, bytes: 31 });
});

it('gives what there is when it is asked for more', () => {
  expect(pending.shift(100)).toEqual({ last: '0-9', entries: 9, bytes: 81 });
  expect(pending.shift(1)).toBeUndefined();
});

it('takes a frame without entries for none', () => {
  const empty = new PendingEntries();
  empty.push([], 0);
  expect(empty.shift(1)).toBeUndefined();
  empty.push([message(1)], 1);
  expect(empty.shift(1)?.last).toBe('0-1');
});
