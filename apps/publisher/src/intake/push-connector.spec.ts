import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { RedisServer } from '@relay/testing';
import { Redis } from 'ioredis';
import { pushConnector } from './push-connector.js';
import { MAX_PUSH_BYTES } from './resp-pushes.js';

/** With all their messages together below the 32 MB at which Redis cuts who has yet to read. */
const ROUNDS = 8;

let redis: RedisServer;
let subscriber: Redis;
let publisher: Redis;

beforeEach(async () => {
  redis = await RedisServer.start();
  publisher = new Redis(redis.url);
});

afterEach(async () => {
  subscriber.disconnect();
  publisher.disconnect();
  await redis.stop();
});

/** What is published, in the order in which it comes, from the stream or from ioredis. */
async function subscribe(protocol: 2 | 3): Promise<{ heard: string[]; byIoredis: number[] }> {
  const heard: string[] = [];
  const byIoredis: number[] = [];
  const Connector = pushConnector({
    message: (channel, _pattern, payload) => {
      heard.push(`${channel} ${Buffer.from(payload).toString()}`);
    },
    read: () => Promise.resolve(),
  });
  subscriber = new Redis(redis.url, { Connector, protocol });
  subscriber.on('messageBuffer', (channel: Buffer, payload: Buffer) => {
    byIoredis.push(payload.length);
    heard.push(`${channel.toString()} ${payload.toString()}`);
  });
  await subscriber.subscribe('c');
  return { heard, byIoredis };
}

it.each([2, 3] as const)(
  'takes messages of any size in their order, the large ones from ioredis, in RESP%i',
  async (protocol) => {
    const { heard, byIoredis } = await subscribe(protocol);
    const sizes = [0, 1, MAX_PUSH_BYTES / 2, 2 * MAX_PUSH_BYTES, 100, 3 * 1024 * 1024, 0];
    const payloads = Array.from({ length: ROUNDS }).flatMap((_, round) =>
      sizes.map((size) => `${round} `.padEnd(size, 'x')),
    );
    const batch = publisher.pipeline(payloads.map((payload) => ['publish', 'c', payload]));
    await batch.exec();
    await subscriber.ping(); // behind everything
    expect(heard).toEqual(payloads.map((payload) => `c ${payload}`));
    expect(new Set(byIoredis)).toEqual(new Set([2 * MAX_PUSH_BYTES, 3 * 1024 * 1024]));
  },
);

it('leaves payloads as they are until they are taken', async () => {
  const payloads = Array.from({ length: 2000 }, (_, n) => `${n} `.padEnd(1000, 'x'));
  const views: Uint8Array[] = [];
  let taken = (): void => undefined;
  const taking = new Promise<void>((resolve) => (taken = resolve));
  const Connector = pushConnector({
    message: (_channel, _pattern, payload) => views.push(payload),
    read: () => taking,
  });
  subscriber = new Redis(redis.url, { Connector });
  await subscriber.subscribe('c');
  await publisher.pipeline(payloads.map((payload) => ['publish', 'c', payload])).exec();
  await subscriber.ping();
  expect(views.map((view) => Buffer.from(view).toString())).toEqual(payloads);
  taken();
});

it('leaves it to ioredis to subscribe again on a new connection', async () => {
  const { heard } = await subscribe(3);
  await redis.cli('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await once(subscriber, 'ready');
  await subscriber.ping(); // behind the SUBSCRIBE
  await publisher.publish('c', 'again');
  await subscriber.ping();
  expect(heard).toEqual(['c again']);
});
