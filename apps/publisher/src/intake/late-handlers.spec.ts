import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { NewMessage } from '@relay/delivery';
import { RedisServer } from '@relay/testing';
import { Redis } from 'ioredis';
import { EVERY_CHANNEL } from './handler-lanes.js';
import type { IntakeContext } from './intake-context.js';
import { MAX_PUSH_BYTES } from './resp-pushes.js';
import { RedisIntake } from './redis-intake.js';
import { noAccount } from './testing/no-account.js';

const nothing = (): void => undefined;

let redis: RedisServer;
let publisher: Redis;
let intake: RedisIntake;

beforeEach(async () => {
  Logger.overrideLogger(false);
  redis = await RedisServer.start();
  publisher = new Redis(redis.url);
  intake = new RedisIntake({ url: redis.url, channels: ['c', 'end'] }, noAccount);
});

afterEach(async () => {
  await intake.close();
  publisher.disconnect();
  await redis.stop();
});

it('a handler that takes its time gets all that comes meanwhile, in order and as it was', async () => {
  // one that ioredis parses, behind some that it does not get to see
  const sizeOf = (n: number): number => (n % 20 === 19 ? MAX_PUSH_BYTES + 5000 : 1000);
  const payloads = Array.from({ length: 2000 }, (_, n) => `${n} `.padEnd(sizeOf(n), 'x'));
  let release = nothing;
  const released = new Promise<void>((resolve) => (release = resolve));
  let ends = 0;
  const seen: string[] = [];
  intake.addHandler(
    'c',
    async (messages: readonly NewMessage[]) => {
      await released;
      for (const { payload } of messages) seen.push(Buffer.from(payload).toString());
    },
    true,
  );
  intake.addHandler('end', () => Promise.resolve((ends += 1)), true);
  await intake.listen(nothing);
  while (intake.state !== 'subscribed') await nextTurn();
  await publisher.pipeline(payloads.map((payload) => ['publish', 'c', payload])).exec();
  await publisher.publish('end', '');
  while (ends === 0) await nextTurn();
  release();
  while (seen.length < payloads.length) await nextTurn();
  expect(seen).toEqual(payloads);
});

it('messages are read to the same memory again where the handler says that it has taken them', async () => {
  const views: Uint8Array[] = [];
  intake.addHandler(
    EVERY_CHANNEL,
    async (messages: readonly NewMessage[], context: IntakeContext) => {
      views.push(...messages.map(({ payload }) => payload));
      context.taken();
      await new Promise(nothing); // nobody waits for it
    },
    true,
  );
  await intake.listen(nothing);
  while (intake.state !== 'subscribed') await nextTurn();
  for (const text of ['one', 'two', 'six']) {
    const before = views.length;
    await publisher.publish('c', text);
    while (views.length === before) await nextTurn();
  }
  expect(views.map((view) => Buffer.from(view).toString())).toEqual(['six', 'six', 'six']);
});
