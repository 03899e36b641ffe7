import { describe, expect, it } from '@jest/globals';
import type { Chain } from '@relay/contracts';
import { chainNodes } from './chain-nodes.js';

const live = { kind: 'live', since: 50 } as const;
const redis = { subscribed: true, since: 10 };
const connected = { name: 'p1', state: 'connected', since: 20, redis, waiting: 0 } as const;
const chain: Chain = {
  publishers: [connected],
  hidden: 0,
  consumer: { name: 'c1', state: 'listening', since: 5 },
  viewers: 1,
};

function withPublishers(...publishers: Chain['publishers']): Chain {
  return { ...chain, publishers };
}

describe('chain', () => {
  it('is good when everybody hears the one before', () => {
    expect(chainNodes(chain, live)).toEqual({
      redis: { name: 'Redis', tone: 'good', words: 'subscribed', since: 10 },
      publishers: [{ name: 'p1', tone: 'good', words: 'connected', since: 20 }],
      hidden: 0,
      consumer: { name: 'c1', tone: 'good', words: 'listening', since: 5 },
      page: { name: 'this page', tone: 'good', words: 'live', since: 50 },
    });
  });

  it('says when Redis is not heard, by all or by some', () => {
    const deaf = { ...connected, name: 'p2', redis: { subscribed: false, since: 30 }, waiting: 7 };
    const none = chainNodes(withPublishers(deaf), live);
    expect(none.redis).toMatchObject({ tone: 'trouble', words: 'not heard', since: 30 });
    expect(none.publishers[0]).toMatchObject({
      ...{ tone: 'waiting', words: 'connected, without Redis', since: 30, more: '7 waiting' },
    });
    expect(chainNodes(withPublishers(connected, deaf), live).redis).toMatchObject({
      tone: 'trouble',
      words: 'heard by 1 of 2 publishers',
    });
  });

  it('tells one that left from one that was lost, and knows nothing of Redis from either', () => {
    const left = chainNodes(withPublishers({ ...connected, state: 'left' }), live);
    expect(left.publishers[0]).toMatchObject({ tone: 'ended', words: 'said goodbye' });
    expect(left.redis).toMatchObject({ tone: 'unknown', words: 'not known' });
    const lost = chainNodes(withPublishers({ ...connected, state: 'lost' }), live);
    expect(lost.publishers[0]).toMatchObject({ tone: 'trouble', words: 'connection lost' });
  });

  it('waits calmly for the first publisher', () => {
    expect(chainNodes(withPublishers(), live).publishers).toEqual([
      { name: 'publisher', tone: 'waiting', words: 'none has come yet', since: 5 },
    ]);
  });

  it('claims to know nothing of the others while the page is disconnected', () => {
    const down = { attempt: 1, retryAt: 90, downSince: 70, problem: null };
    const nodes = chainNodes(chain, { kind: 'waiting', ...down });
    expect(nodes.page).toMatchObject({ tone: 'trouble', words: 'disconnected', since: 70 });
    expect([nodes.redis, ...nodes.publishers, nodes.consumer].map(({ tone }) => tone)).toEqual([
      ...['unknown', 'unknown', 'unknown'],
    ]);
    expect(nodes.consumer.name).toBe('c1');
    const retrying = { kind: 'opening', attempt: 1, downSince: 70 } as const;
    expect(chainNodes(null, retrying).page.words).toBe('disconnected');
    const first = { kind: 'asking', attempt: 0, downSince: null } as const;
    expect(chainNodes(null, first).page.words).toBe('connecting');
  });

  it('says how many pages look', () => {
    expect(chainNodes({ ...chain, viewers: 3 }, live).page.more).toBe('one of 3 pages');
  });
});
