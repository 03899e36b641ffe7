import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { awkwardPayloads, RedisServer } from '@relay/testing';
import { Redis } from 'ioredis';
import { Collected, IntakeUnderTest } from './testing/intake-under-test.js';

let redis: RedisServer;
let tested: IntakeUnderTest;

beforeEach(async () => {
  redis = await RedisServer.start();
});

afterEach(async () => {
  await tested.close();
  await redis.stop();
});

describe('what is published', () => {
  it.each(awkwardPayloads)('arrives byte for byte when it is %s', async (_, payload) => {
    tested = await IntakeUnderTest.start(redis.url);
    await tested.subscribed();
    await redis.cli('PUBLISH', 'test_websocket', payload);
    const [message] = await tested.taken.atLeast(1);
    expect(message?.channel).toBe('test_websocket');
    expect(Buffer.from(message?.payload ?? []).equals(payload)).toBe(true);
  });

  it('arrives in order, and nothing is ever published back', async () => {
    const watcher = new Redis(redis.url);
    const seen = new Collected<string>();
    watcher.on('pmessageBuffer', (_: Buffer, channel: Buffer) => {
      seen.add(channel.toString());
    });
    await watcher.psubscribe('*');
    tested = await IntakeUnderTest.start(redis.url, { channels: ['test_websocket', 'other'] });
    await tested.subscribed();
    for (const [, payload] of awkwardPayloads)
      await redis.cli('PUBLISH', 'test_websocket', payload);
    const messages = await tested.taken.atLeast(awkwardPayloads.length);
    await tested.close();
    await redis.cli('PUBLISH', 'the-end', '');
    await seen.find((channel) => channel === 'the-end');
    watcher.disconnect();
    expect(messages.map(({ payload }) => Buffer.from(payload).toString('base64'))).toEqual(
      awkwardPayloads.map(([, payload]) => payload.toString('base64')),
    );
    expect(seen.items).toEqual([...awkwardPayloads.map(() => 'test_websocket'), 'the-end']);
  });
});

describe('channels', () => {
  it('may be several, and one of them a pattern', async () => {
    tested = await IntakeUnderTest.start(redis.url, { channels: ['test_websocket', 'news.*'] });
    await tested.subscribed();
    await redis.cli('PUBLISH', 'test_websocket', '1');
    await redis.cli('PUBLISH', 'unheard', '2');
    await redis.cli('PUBLISH', 'news.sport', '3');
    const messages = await tested.taken.atLeast(2);
    expect(messages.map(({ channel, pattern }) => ({ channel, pattern }))).toEqual([
      { channel: 'test_websocket', pattern: undefined },
      { channel: 'news.sport', pattern: 'news.*' },
    ]);
  });
});

describe('subscribed', () => {
  it('is what it says only when Redis counts the subscription', async () => {
    tested = await IntakeUnderTest.start(redis.url);
    await tested.subscribed();
    expect(tested.intake.state).toBe('subscribed');
    expect(await redis.cli('PUBSUB', 'NUMSUB', 'test_websocket')).toEqual(['test_websocket', 1]);
  });

  it('is not believed while Redis is absent, and comes with Redis', async () => {
    await redis.kill();
    tested = await IntakeUnderTest.start(redis.url);
    expect(await tested.notSubscribed()).toContain('ECONNREFUSED');
    expect(tested.intake.state).toBe('connecting');
    await redis.restart();
    await tested.subscribed();
    await redis.cli('PUBLISH', 'test_websocket', 'hello');
    await tested.taken.atLeast(1);
  });

  it('is not believed of a Redis that was frozen from the start', async () => {
    redis.freeze();
    tested = await IntakeUnderTest.start(redis.url);
    await tested.notSubscribed();
    expect(tested.intake.state).not.toBe('subscribed');
    redis.thaw();
    await tested.subscribed();
    expect(tested.intake.state).toBe('subscribed');
  });

  it('ends when Redis freezes and comes back when it thaws', async () => {
    tested = await IntakeUnderTest.start(redis.url);
    await tested.subscribed();
    const before = tested.lines.items.length;
    redis.freeze();
    await tested.notSubscribed(before);
    expect(tested.intake.state).not.toBe('subscribed');
    redis.thaw();
    await tested.subscribed(before);
    await redis.cli('PUBLISH', 'test_websocket', 'hello');
    await tested.taken.atLeast(1);
    expect(await redis.cli('PUBSUB', 'NUMSUB', 'test_websocket')).toEqual(['test_websocket', 1]);
  });

  it('comes back when Redis closes the connection', async () => {
    tested = await IntakeUnderTest.start(redis.url);
    await tested.subscribed();
    for (let round = 0; round < 3; round++) {
      const before = tested.lines.items.length;
      await redis.cli('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await tested.notSubscribed(before);
      await tested.subscribed(before);
    }
    await redis.cli('PUBLISH', 'test_websocket', 'hello');
    await tested.taken.atLeast(1);
    expect(tested.taken.items).toHaveLength(1);
  });

  it('needs every channel: one that is refused is named', async () => {
    const may = ['~*', 'resetchannels', '&test_websocket', '-@all', '+@connection'];
    await redis.cli('ACL', 'SETUSER', 'relay', 'on', '>sesame', ...may, '+subscribe', '+info');
    const url = redis.url.replace('//', '//relay:sesame@');
    tested = await IntakeUnderTest.start(redis.url, {
      url,
      channels: ['test_websocket', 'forbidden'],
    });
    expect(await tested.notSubscribed()).toContain('forbidden');
    expect(tested.intake.state).toBe('refused');
    await redis.cli('ACL', 'SETUSER', 'relay', '&forbidden');
    await tested.subscribed();
    expect(tested.intake.state).toBe('subscribed');
    expect(tested.lines.items.filter((line) => line.includes('forbidden')).length).toBeLessThan(3);
    expect(tested.lines.items.join()).not.toContain('sesame');
  });
});

describe('its numbers', () => {
  it('say when Redis answered last, which each PING moves', async () => {
    tested = await IntakeUnderTest.start(redis.url);
    await tested.subscribed();
    await tested.account.find(({ event }) => event === 'proven');
    const first = tested.intake.answeredAt ?? Infinity;
    const seen = tested.account.items.length;
    await tested.account.find(({ event }) => event === 'proven', seen);
    expect(tested.intake.answeredAt).toBeGreaterThan(first);
    expect(tested.intake.answersWithinMs).toBe(2 * (50 + 300));
  });

  it('count the connections that stood and broke', async () => {
    tested = await IntakeUnderTest.start(redis.url);
    await tested.subscribed();
    expect(tested.intake.reconnects).toBe(0);
    await redis.cli('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await tested.subscribed(tested.lines.items.length);
    expect(tested.intake.reconnects).toBe(1);
  });
});

describe('closing', () => {
  it.each(['absent', 'frozen'])('ends while Redis is %s', async (how) => {
    if (how === 'absent') await redis.kill();
    else redis.freeze();
    tested = await IntakeUnderTest.start(redis.url);
    await tested.notSubscribed();
    await tested.close();
    expect(tested.intake.state).toBe('closed');
  });
});
