import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import { type INestMicroservice, type LoggerService, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NewMessage } from '@relay/delivery';
import { awkwardPayloads, RedisServer } from '@relay/testing';
import { Redis } from 'ioredis';
import { Delivery } from '../delivery/delivery.js';
import { IntakeController } from './intake.controller.js';
import { RedisIntake, type RedisIntakeOptions } from './redis-intake.js';

@Module({})
class TestModule {}

/** Collects things, and lets a test wait until there are enough. */
class Collected<T> {
  readonly items: T[] = [];
  readonly #events = new EventEmitter();

  add(item: T): void {
    this.items.push(item);
    this.#events.emit('item');
  }

  async atLeast(count: number): Promise<T[]> {
    while (this.items.length < count) await once(this.#events, 'item');
    return this.items;
  }

  /** The first that matches among those after the first `after`. */
  async find(matches: (item: T) => boolean, after = 0): Promise<T> {
    for (let index = after; ; index++) {
      const item = (await this.atLeast(index + 1))[index] as T;
      if (matches(item)) return item;
    }
  }
}

/** What the account of the subscription was told, and how many messages had been taken in by then. */
interface AccountEvent {
  readonly event: 'subscribed' | 'proven' | 'broken' | 'explained';
  readonly detail: number | string;
  readonly takenBefore: number;
}

let redis: RedisServer;
let app: INestMicroservice | undefined;
let intake: RedisIntake;
let taken: Collected<NewMessage>;
let lines: Collected<string>;
let account: Collected<AccountEvent>;

beforeEach(async () => {
  redis = await RedisServer.start();
  taken = new Collected();
  lines = new Collected();
  account = new Collected();
});

afterEach(async () => {
  await app?.close();
  await redis.stop();
});

async function start(options: Partial<RedisIntakeOptions> = {}): Promise<void> {
  const note = (event: AccountEvent['event'], detail: number | string): void => {
    account.add({ event, detail, takenBefore: taken.items.length });
  };
  intake = new RedisIntake(
    {
      url: redis.url,
      channels: ['test_websocket'],
      pingIntervalMs: 50,
      answerTimeoutMs: 300,
      ...options,
    },
    {
      subscribed: (at) => {
        note('subscribed', at);
      },
      proven: (at) => {
        note('proven', at);
      },
      broken: (reason) => {
        note('broken', reason);
      },
      explained: (reason) => {
        note('explained', reason);
      },
    },
  );
  const record = (line: unknown): void => {
    lines.add(String(line));
  };
  const logger: LoggerService = { log: record, warn: record, error: record };
  const delivery = {
    take(messages: readonly NewMessage[]): void {
      for (const message of messages) taken.add({ ...message, payload: message.payload.slice() });
    },
  };
  app = await NestFactory.createMicroservice(
    {
      module: TestModule,
      controllers: [IntakeController],
      providers: [{ provide: Delivery, useValue: delivery }],
    },
    { strategy: intake, logger },
  );
  await app.listen();
}

function subscribed(after = 0): Promise<string> {
  return lines.find((line) => line.startsWith('subscribed to'), after);
}

function notSubscribed(after = 0): Promise<string> {
  return lines.find((line) => line.includes('not subscribed'), after);
}

describe('what is published', () => {
  it.each(awkwardPayloads)('arrives byte for byte when it is %s', async (_, payload) => {
    await start();
    await subscribed();
    await redis.cli('PUBLISH', 'test_websocket', payload);
    const [message] = await taken.atLeast(1);
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
    await start({ channels: ['test_websocket', 'other'] });
    await subscribed();
    for (const [, payload] of awkwardPayloads)
      await redis.cli('PUBLISH', 'test_websocket', payload);
    const messages = await taken.atLeast(awkwardPayloads.length);
    await app?.close();
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
    await start({ channels: ['test_websocket', 'news.*'] });
    await subscribed();
    await redis.cli('PUBLISH', 'test_websocket', '1');
    await redis.cli('PUBLISH', 'unheard', '2');
    await redis.cli('PUBLISH', 'news.sport', '3');
    const messages = await taken.atLeast(2);
    expect(messages.map(({ channel, pattern }) => ({ channel, pattern }))).toEqual([
      { channel: 'test_websocket', pattern: undefined },
      { channel: 'news.sport', pattern: 'news.*' },
    ]);
  });
});

describe('subscribed', () => {
  it('is what it says only when Redis counts the subscription', async () => {
    await start();
    await subscribed();
    expect(intake.state).toBe('subscribed');
    expect(await redis.cli('PUBSUB', 'NUMSUB', 'test_websocket')).toEqual(['test_websocket', 1]);
  });

  it('is not believed while Redis is absent, and comes with Redis', async () => {
    await redis.kill();
    await start();
    expect(await notSubscribed()).toContain('ECONNREFUSED');
    expect(intake.state).toBe('connecting');
    await redis.restart();
    await subscribed();
    await redis.cli('PUBLISH', 'test_websocket', 'hello');
    await taken.atLeast(1);
  });

  it('is not believed of a Redis that was frozen from the start', async () => {
    redis.freeze();
    await start();
    await notSubscribed();
    expect(intake.state).not.toBe('subscribed');
    redis.thaw();
    await subscribed();
    expect(intake.state).toBe('subscribed');
  });

  it('ends when Redis freezes and comes back when it thaws', async () => {
    await start();
    await subscribed();
    const before = lines.items.length;
    redis.freeze();
    await notSubscribed(before);
    expect(intake.state).not.toBe('subscribed');
    redis.thaw();
    await subscribed(before);
    await redis.cli('PUBLISH', 'test_websocket', 'hello');
    await taken.atLeast(1);
    expect(await redis.cli('PUBSUB', 'NUMSUB', 'test_websocket')).toEqual(['test_websocket', 1]);
  });

  it('comes back when Redis closes the connection', async () => {
    await start();
    await subscribed();
    for (let round = 0; round < 3; round++) {
      const before = lines.items.length;
      await redis.cli('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await notSubscribed(before);
      await subscribed(before);
    }
    await redis.cli('PUBLISH', 'test_websocket', 'hello');
    await taken.atLeast(1);
    expect(taken.items).toHaveLength(1);
  });

  it('needs every channel: one that is refused is named', async () => {
    const may = ['~*', 'resetchannels', '&test_websocket', '-@all', '+@connection'];
    await redis.cli('ACL', 'SETUSER', 'relay', 'on', '>sesame', ...may, '+subscribe', '+info');
    const url = redis.url.replace('//', '//relay:sesame@');
    await start({ url, channels: ['test_websocket', 'forbidden'] });
    expect(await notSubscribed()).toContain('forbidden');
    expect(intake.state).toBe('refused');
    await redis.cli('ACL', 'SETUSER', 'relay', '&forbidden');
    await subscribed();
    expect(intake.state).toBe('subscribed');
    expect(lines.items.filter((line) => line.includes('forbidden')).length).toBeLessThan(3);
    expect(lines.items.join()).not.toContain('sesame');
  });
});

describe('the account of the subscription', () => {
  /** What follows the first `after` events, proofs left out, until `last` came. */
  async function told(last: AccountEvent['event'], after: number): Promise<unknown[]> {
    await account.find(({ event }) => event === last, after);
    return account.items
      .slice(after)
      .filter(({ event }) => event !== 'proven')
      .map(({ event, detail }) => (event === 'subscribed' ? event : [event, detail]));
  }

  it('is told at first that it is subscribed, and has a proof as of when it asked', async () => {
    await start();
    const [first, second] = await account.atLeast(2);
    expect(first?.event).toBe('subscribed');
    expect(second?.event).toBe('proven');
    expect(Number(second?.detail)).toBeLessThanOrEqual(Number(first?.detail));
  });

  it('has a proof only when what Redis sent before it is taken in', async () => {
    await start();
    await account.find(({ event }) => event === 'subscribed');
    const texts = Array.from({ length: 500 }, (_, index) => String(index));
    const client = new Redis(redis.url);
    const published = client.pipeline(texts.map((text) => ['publish', 'test_websocket', text]));
    await published.exec();
    const publishedBy = Date.now();
    client.disconnect();
    const proof = await account.find(
      ({ event, detail }) => event === 'proven' && Number(detail) >= publishedBy,
    );
    expect(proof.takenBefore).toBe(texts.length);
  });

  it('is told that the connection broke, and of a new subscription', async () => {
    await start();
    await subscribed();
    const before = account.items.length;
    await redis.cli('CLIENT', 'KILL', 'TYPE', 'pubsub');
    expect(await told('subscribed', before)).toEqual([
      ['broken', 'redis-connection-lost'],
      'subscribed',
    ]);
  });

  it('is told of a Redis that does not answer', async () => {
    await start();
    await subscribed();
    const before = account.items.length;
    redis.freeze();
    await account.find(({ event }) => event === 'broken', before);
    redis.thaw();
    const [first] = await told('subscribed', before);
    expect(first).toEqual(['broken', 'redis-silent']);
  });

  it('is told that Redis is another process than before', async () => {
    await start();
    await subscribed();
    const before = account.items.length;
    await redis.kill();
    await redis.restart();
    const events = await told('subscribed', before);
    expect(events.slice(-2)).toEqual([['explained', 'redis-restarted'], 'subscribed']);
  });

  it('has a last proof when it unsubscribes: nothing comes later', async () => {
    await start();
    await subscribed();
    const before = Date.now();
    await intake.unsubscribe(new AbortController().signal);
    const last = account.items.at(-1);
    expect(last?.event).toBe('proven');
    expect(Number(last?.detail)).toBeGreaterThanOrEqual(before);
    expect(await redis.cli('PUBLISH', 'test_websocket', 'unheard')).toBe(0);
  });

  it('has a last proof when it unsubscribes from channels and patterns alike', async () => {
    await start({ channels: ['test_websocket', 'other', 'n*'] });
    await subscribed();
    await intake.unsubscribe(new AbortController().signal);
    expect(account.items.at(-1)?.event).toBe('proven');
    expect(await redis.cli('PUBLISH', 'test_websocket', 'unheard')).toBe(0);
    expect(await redis.cli('PUBLISH', 'news', 'unheard')).toBe(0);
  });

  it('has no last proof from a Redis that does not answer before the deadline', async () => {
    await start({ answerTimeoutMs: 60_000, pingIntervalMs: 60_000 });
    await subscribed();
    const deadline = new AbortController();
    redis.freeze();
    const before = account.items.length;
    const unsubscribed = intake.unsubscribe(deadline.signal);
    deadline.abort();
    await unsubscribed;
    expect(account.items.slice(before).filter(({ event }) => event === 'proven')).toEqual([]);
    redis.thaw();
  });
});

describe('its numbers', () => {
  it('say when Redis answered last, which each PING moves', async () => {
    await start();
    await subscribed();
    await account.find(({ event }) => event === 'proven');
    const first = intake.answeredAt ?? Infinity;
    const seen = account.items.length;
    await account.find(({ event }) => event === 'proven', seen);
    expect(intake.answeredAt).toBeGreaterThan(first);
    expect(intake.answersWithinMs).toBe(2 * (50 + 300));
  });

  it('count the connections that stood and broke', async () => {
    await start();
    await subscribed();
    expect(intake.reconnects).toBe(0);
    await redis.cli('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await subscribed(lines.items.length);
    expect(intake.reconnects).toBe(1);
  });
});

describe('closing', () => {
  it.each(['absent', 'frozen'])('ends while Redis is %s', async (how) => {
    if (how === 'absent') await redis.kill();
    else redis.freeze();
    await start();
    await notSubscribed();
    await app?.close();
    expect(intake.state).toBe('closed');
  });
});
