import { describe, expect, it } from '@jest/globals';
import { Announcements } from './announcements.js';
import { deadLetterItem, gapItem, messageItem } from './feed/testing/items.js';

const live = { kind: 'live', since: 0 } as const;
const lost = { kind: 'waiting', attempt: 1, retryAt: 9, downSince: 0, problem: null } as const;

describe('announcements', () => {
  it('sum messages up rather than reading out each', () => {
    const announcements = new Announcements();
    announcements.items([messageItem(1)], 20_000);
    expect(announcements.text.value).toBe('1 new message');
    announcements.items([messageItem(2)], 21_000);
    expect(announcements.text.value).toBe('1 new message');
    announcements.items([messageItem(3)], 35_000);
    expect(announcements.text.value).toBe('2 new messages');
  });

  it('tell gaps and dead letters at once', () => {
    const announcements = new Announcements();
    announcements.items([gapItem(1), messageItem(2)], 0);
    expect(announcements.text.value).toMatch(/^12 messages missing, .*: Redis restarted$/);
    announcements.items([deadLetterItem(3, 'a')], 0);
    expect(announcements.text.value).toBe(
      'Dead letter on orders: StoreOrders refused it after 3 attempts: disk is full',
    );
  });

  it('tell when the connection comes and goes, once', () => {
    const announcements = new Announcements();
    announcements.connection({ kind: 'opening', attempt: 0, downSince: null }, live);
    expect(announcements.text.value).toBe('Connected');
    announcements.connection(live, lost);
    expect(announcements.text.value).toBe('Disconnected');
    announcements.say('something else');
    announcements.connection(lost, { kind: 'asking', attempt: 1, downSince: 0 });
    expect(announcements.text.value).toBe('something else');
  });
});
