import { beforeEach, describe, expect, it } from '@jest/globals';
import { GapReason } from '@relay/contracts';
import type { Item } from './dispatcher.js';
import { HandledCounts } from './handled-counts.js';
import { bareMessage, delivered, gap, message, start } from './testing/recording.js';

const NOW = 10_000;

let counts: HandledCounts;

beforeEach(() => {
  counts = new HandledCounts();
});

function add(...items: Item[]): void {
  counts.add(items, 0, items.length, NOW);
}

describe('messages', () => {
  it('count by their channel, or the pattern that matched', () => {
    add(message('a', 'news'));
    add(message('b', 'news'));
    add(delivered({ channel: 'nothing', pattern: 'n*' }));
    expect(Object.fromEntries(counts.messages)).toEqual({ news: 2, 'n*': 1, other: 0 });
  });

  it('count as other beyond 100 channels', () => {
    for (let n = 0; n < 150; n++) add(message('a', `channel-${n}`));
    expect([...counts.messages]).toHaveLength(101);
    expect(Object.fromEntries(counts.messages)).toMatchObject({ other: 50 });
  });

  it('that are bare count apart, whatever they call their channel', () => {
    add(bareMessage('a'));
    expect(counts.bareMessages).toBe(1);
    expect(counts.messages.total).toBe(0);
    expect(counts.sinceIntake.count).toBe(0);
  });

  it('count by the time since the intake', () => {
    add(delivered({ receivedAt: 9_500 }));
    expect(counts.sinceIntake).toMatchObject({ count: 1, sum: 0.5 });
  });

  it('count as 0 seconds old when the clock of the publisher is ahead', () => {
    add(delivered({ receivedAt: 12_000 }));
    expect(counts.sinceIntake).toMatchObject({ count: 1, sum: 0 });
  });
});

it('those before and behind a run do not count with it', () => {
  const items = ['a', 'b', 'c', 'd'].map((text) => message(text, text));
  counts.add(items, 1, 3, NOW);
  expect(counts.items).toBe(2);
  expect(Object.fromEntries(counts.messages)).toEqual({ b: 1, c: 1, other: 0 });
});

describe('gaps', () => {
  it('count by their reason, with the number that is missing where it is known', () => {
    add(gap({ reason: GapReason.overflow, count: 7 }));
    add(gap({ reason: GapReason.redisSilent, count: null }));
    expect(Object.fromEntries(counts.gaps)).toMatchObject({ overflow: 1, 'redis-silent': 1 });
    expect(Object.fromEntries(counts.missing)).toMatchObject({ overflow: 7, 'redis-silent': 0 });
  });

  it('count as other with a reason that this version does not know', () => {
    add(gap({ reason: 'solar-flare' }));
    expect(Object.fromEntries(counts.gaps)).toMatchObject({ other: 1 });
  });

  it('are there with 0 before the first comes, so that it is a rise', () => {
    const reasons = Object.values(GapReason).filter((reason) => reason !== GapReason.start);
    expect(Object.fromEntries(counts.gaps)).toEqual(
      Object.fromEntries([...reasons, 'other'].map((reason) => [reason, 0])),
    );
  });
});

it('a beginning is an item, and nothing else', () => {
  add(start());
  expect(counts).toMatchObject({ items: 1, bareMessages: 0 });
  expect(counts.gaps.total + counts.messages.total).toBe(0);
});
