import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisServer } from '@relay/testing';
import { Redis } from 'ioredis';
import { type AccountEvent, IntakeUnderTest } from './testing/intake-under-test.js';
import { ScriptedRedis } from './testing/scripted-redis.js';

let redis: RedisServer;
let tested: IntakeUnderTest;

beforeEach(async () => {
  redis = await RedisServer.start();
});

afterEach(async () => {
  await tested.close();
  await redis.stop();
});

describe('the account of the subscription', () => {
  /** What follows the first `after` events, proofs left out, until `last` came. */
  async function told(last: AccountEvent['event'], after: number): Promise<unknown[]> {
    await tested.account.find(({ event }) => event === last, after);
    return tested.account.items
      .slice(after)
      .filter(({ event }) => event !== 'proven')
      .map(({ event, detail }) => (event === 'subscribed' ? event : [event, detail]));
  }

  it('is told at first that it is subscribed, and has a proof as of when it asked', async () => {
    tested = await IntakeUnderTest.start(redis.url);
    const [first, second] = await tested.account.atLeast(2);
    expect(first?.event).toBe('subscribed');
    expect(second?.event).toBe('proven');
    expect(Number(second?.detail)).toBeLessThanOrEqual(Number(first?.detail));
  });

  it('has a proof only when what Redis sent before it is taken in', async () => {
    tested = await IntakeUnderTest.start(redis.url);
    await tested.account.find(({ event }) => event === 'subscribed');
    const texts = Array.from({ length: 500 }, (_, index) => String(index));
    const client = new Redis(redis.url);
    const published = client.pipeline(texts.map((text) => ['publish', 'test_websocket', text]));
    await published.exec();
    const publishedBy = Date.now();
    client.disconnect();
    const proof = await tested.account.find(
      ({ event, detail }) => event === 'proven' && Number(detail) >= publishedBy,
    );
    expect(proof.takenBefore).toBe(texts.length);
  });

  it('is told that the connection broke, and of a new subscription', async () => {
    tested = await IntakeUnderTest.start(redis.url);
    await tested.subscribed();
    const before = tested.account.items.length;
    await redis.cli('CLIENT', 'KILL', 'TYPE', 'pubsub');
    expect(await told('subscribed', before)).toEqual([
      ['broken', 'redis-connection-lost'],
      'subscribed',
    ]);
  });

  it('is told of a Redis that does not answer', async () => {
    tested = await IntakeUnderTest.start(redis.url);
    await tested.subscribed();
    const before = tested.account.items.length;
    redis.freeze();
    await tested.account.find(({ event }) => event === 'broken', before);
    redis.thaw();
    const [first] = await told('subscribed', before);
    expect(first).toEqual(['broken', 'redis-silent']);
  });

  it('is told that Redis is another process than before', async () => {
    tested = await IntakeUnderTest.start(redis.url);
    await tested.subscribed();
    const before = tested.account.items.length;
    await redis.kill();
    await redis.restart();
    const events = await told('subscribed', before);
    expect(events.slice(-2)).toEqual([['explained', 'redis-restarted'], 'subscribed']);
  });

  it('is told so before it takes in what comes with the first answers', async () => {
    const scripted = await ScriptedRedis.start();
    tested = await IntakeUnderTest.start(scripted.url);
    await tested.taken.atLeast(1);
    await tested.subscribed();
    scripted.restart();
    await tested.taken.atLeast(2);
    const explained = await tested.account.find(({ event }) => event === 'explained');
    expect(explained).toEqual({ event: 'explained', detail: 'redis-restarted', takenBefore: 1 });
    scripted.stop();
  });

  it('is told that it is subscribed behind what came before the last channel was', async () => {
    const scripted = await ScriptedRedis.start(2);
    tested = await IntakeUnderTest.start(scripted.url, { channels: ['a', 'b'] });
    const { takenBefore } = await tested.account.find(({ event }) => event === 'subscribed');
    expect(takenBefore).toBeGreaterThan(0);
    scripted.stop();
  });

  it('has a last proof when it unsubscribes: nothing comes later', async () => {
    tested = await IntakeUnderTest.start(redis.url);
    await tested.subscribed();
    const before = Date.now();
    await tested.intake.unsubscribe(new AbortController().signal);
    const last = tested.account.items.at(-1);
    expect(last?.event).toBe('proven');
    expect(Number(last?.detail)).toBeGreaterThanOrEqual(before);
    expect(await redis.cli('PUBLISH', 'test_websocket', 'unheard')).toBe(0);
  });

  it('has a last proof when it unsubscribes from channels and patterns alike', async () => {
    tested = await IntakeUnderTest.start(redis.url, {
      channels: ['test_websocket', 'other', 'n*'],
    });
    await tested.subscribed();
    await tested.intake.unsubscribe(new AbortController().signal);
    expect(tested.account.items.at(-1)?.event).toBe('proven');
    expect(await redis.cli('PUBLISH', 'test_websocket', 'unheard')).toBe(0);
    expect(await redis.cli('PUBLISH', 'news', 'unheard')).toBe(0);
  });

  it('has no last proof from a Redis that does not answer before the deadline', async () => {
    tested = await IntakeUnderTest.start(redis.url, {
      answerTimeoutMs: 60_000,
      pingIntervalMs: 60_000,
    });
    await tested.account.find(({ event }) => event === 'proven');
    const deadline = new AbortController();
    redis.freeze();
    const before = tested.account.items.length;
    const unsubscribed = tested.intake.unsubscribe(deadline.signal);
    deadline.abort();
    await unsubscribed;
    expect(tested.account.items.slice(before).filter(({ event }) => event === 'proven')).toEqual(
      [],
    );
    redis.thaw();
  });
});
