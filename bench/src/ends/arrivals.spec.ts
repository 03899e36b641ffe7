import { expect, test } from '@jest/globals';
import { Arrivals, settled, violations } from './arrivals.js';

function after(...events: (number | { gap: number | null })[]): Arrivals {
  const arrivals = new Arrivals();
  for (const event of events) {
    if (typeof event === 'number') arrivals.take(event);
    else arrivals.gap(event.gap);
  }
  return arrivals;
}

test('finds nothing wrong with numbers in order', () => {
  const { handled, highest } = after(1, 2, 3);
  expect({ handled, highest }).toEqual({ handled: 3, highest: 3 });
  expect(violations(settled(after(1, 2, 3), 3))).toEqual([]);
});

test('sees what is lost in the middle, at the beginning and at the end', () => {
  expect(violations(after(1, 4))).toEqual(['2 lost silently']);
  expect(violations(after(3))).toEqual(['2 lost silently']);
  expect(violations(settled(after(1), 5))).toEqual(['4 lost silently']);
  expect(violations(settled(after(), 5))).toEqual(['5 lost silently']);
});

test('sees doubles', () => {
  expect(violations(after(1, 2, 2, 1))).toEqual(['2 doubled']);
});

test('sees what comes out of order, and does not take it for lost', () => {
  expect(violations(after(1, 3, 2))).toEqual(['1 out of order']);
  expect(violations(after(1, 6, 4, 3, 3))).toEqual([
    '2 lost silently',
    '1 doubled',
    '2 out of order',
  ]);
});

test('takes for announced what a gap in that place told of, and no more', () => {
  expect(after(1, { gap: null }, 5)).toMatchObject({ lostAnnounced: 3, lostSilently: 0 });
  expect(after(1, { gap: 2 }, 5)).toMatchObject({ lostAnnounced: 2, lostSilently: 1 });
  expect(after(1, { gap: null }, 2, 5)).toMatchObject({ lostAnnounced: 0, lostSilently: 2 });
  expect(after(1, 5, { gap: null }, 6)).toMatchObject({ lostAnnounced: 0, lostSilently: 3 });
  expect(settled(after(1, { gap: null }), 5)).toMatchObject({ lostAnnounced: 4, lostSilently: 0 });
});
