import { describe, expect, it } from '@jest/globals';
import type { FeedItem } from '@relay/contracts';
import { FeedStore, MAX_ROWS } from './feed-store.js';
import type { Row } from './rows.js';
import { deadLetterItem, gapItem, messageItem } from './testing/items.js';

function messages(first: number, last: number): FeedItem[] {
  return Array.from({ length: last - first + 1 }, (_, at) => messageItem(first + at));
}

function storeWith(last: number): FeedStore {
  const store = new FeedStore();
  store.welcome('a');
  store.add({ after: 0, upTo: last, items: messages(1, last) });
  return store;
}

/** A row in short: the place of an item, or what a note says. */
function short(row: Row): string {
  if (row.kind === 'note') return `${row.about} ${String(row.count)}`;
  return `${row.kind} ${String(row.item.n)}`;
}

describe('FeedStore', () => {
  it('shows what happened in order, and knows where to go on', () => {
    const store = new FeedStore();
    expect(store.seen).toBeNull();
    store.welcome('a');
    store.add({ after: 40, upTo: 42, items: [messageItem(41), gapItem(42)] });

    expect(store.rows.map(short)).toEqual(['message 41', 'gap 42']); // no hole before the first
    expect(store.seen).toEqual({ feed: 'a', upTo: 42 });
    expect(store.channels.values()).toEqual(['orders']);
  });

  it('ignores what overlaps with what it has', () => {
    const store = storeWith(3);
    store.add({ after: 1, upTo: 4, items: messages(2, 4) });
    expect(store.rows.map(short)).toEqual([1, 2, 3, 4].map((n) => `message ${String(n)}`));
  });

  it('says how many were left out, and counts them in their second', () => {
    const store = storeWith(2);
    store.endSecond();
    expect(store.sampled).toBeUndefined();
    store.add({ after: 2, upTo: 5000, items: messages(4990, 5000) });
    store.endSecond();

    expect(store.rows.at(-1)).toMatchObject({ about: 'left-out', count: 4987 });
    expect(store.sampled).toEqual({ shown: 11, all: 4998 });
    store.endSecond();
    expect(store.sampled).toBeUndefined();
  });

  it('says when it was skipped ahead, and when it was away too long', () => {
    const store = storeWith(1);
    store.add({ after: 101, upTo: 102, items: [messageItem(102)] });
    store.welcome('a');
    store.add({ after: 110, upTo: 111, items: [messageItem(111)] });
    expect(store.rows.map(short).slice(1)).toEqual([
      'skipped 100',
      'message 102',
      'away 8',
      'message 111',
    ]);
  });

  it('goes on after a restart of the consumer without doubles', () => {
    const store = storeWith(3);
    store.welcome('b');
    const again = { ...messageItem(1), id: 'outbox/0-3' };
    const bare = messageItem(3, { id: null });
    store.add({ after: 0, upTo: 3, items: [again, { ...messageItem(2), id: 'outbox/0-9' }, bare] });

    expect(store.rows.slice(3).map(short)).toEqual(['restarted 0', 'message 2', 'message 3']);
    expect(store.seen).toEqual({ feed: 'b', upTo: 3 });
    expect(store.sampled).toBeUndefined();
  });

  it('counts what comes while it is held, and shows it when it goes on', () => {
    const store = storeWith(1);
    store.hold();
    const before = store.rows;
    store.add({ after: 1, upTo: 3, items: [messageItem(2), gapItem(3)] });
    store.add({ after: 3, upTo: 100, items: [messageItem(100)] });

    expect(store.rows).toBe(before);
    expect(store.held).toBe(98);
    store.resume();
    expect(store.held).toBe(0);
    expect(store.rows.map(short)).toEqual([
      ...['message 1', 'message 2', 'gap 3'],
      ...['message 100', 'left-out 96'],
    ]);
  });

  it('keeps a bounded number of rows', () => {
    const store = storeWith(MAX_ROWS + 10);
    expect(store.rows).toHaveLength(MAX_ROWS);
    expect(store.rows.slice(0, 1).map(short)).toEqual(['message 11']);
  });

  it('says how many it forgot while it was held', () => {
    const store = storeWith(1);
    store.hold();
    const last = MAX_ROWS + 5;
    store.add({ after: 1, upTo: last, items: messages(2, last) });
    expect(store.held).toBe(last - 1);
    store.resume();
    expect(store.rows).toHaveLength(MAX_ROWS);
    expect(store.rows.slice(0, 2).map(short)).toEqual(['forgotten 5', 'message 7']);
  });

  it('is empty when cleared, of what waits, too', () => {
    const store = storeWith(1);
    store.hold();
    store.add({ after: 1, upTo: 2, items: messages(2, 2) });
    store.clear();
    expect(store.held).toBe(0);
    store.resume();
    expect(store.rows).toEqual([]);
  });

  it('marks the message that a handler refused, whichever comes first', () => {
    const store = storeWith(2);
    store.add({ after: 2, upTo: 3, items: [deadLetterItem(3, 'outbox/0-1')] });
    const refusal = { handler: 'StoreOrders', attempts: 3, error: 'disk is full' };
    expect(store.rows[0]).toMatchObject({ refusal });
    expect(store.rows[1]).toMatchObject({ refusal: undefined });
    expect(store.rows.slice(2).map(short)).toEqual(['dead-letter 3']);

    const early = deadLetterItem(4, 'outbox/0-5');
    store.add({ after: 3, upTo: 5, items: [early, messageItem(5)] });
    expect(store.rows.at(-1)).toMatchObject({ kind: 'message', refusal });
  });

  it('marks a message that waits, too', () => {
    const store = storeWith(1);
    store.hold();
    store.add({ after: 1, upTo: 2, items: [messageItem(2)] });
    store.add({ after: 2, upTo: 3, items: [deadLetterItem(3, 'outbox/0-2')] });
    store.resume();
    expect(store.rows[1]).toMatchObject({ refusal: { error: 'disk is full' } });
  });
});
