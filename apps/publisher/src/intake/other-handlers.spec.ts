import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { RedisServer } from '@relay/testing';
import { Redis } from 'ioredis';
import { IntakeController } from './intake.controller.js';
import {
  Answers,
  EndsWithoutValue,
  Fails,
  forgetAll,
  gates,
  GivenUp,
  Guarded,
  handlerOf,
  Intercepted,
  Late,
  seen,
  textsOf,
} from './testing/handlers.js';
import { IntakeUnderTest, isMissing } from './testing/intake-under-test.js';

let redis: RedisServer;
let publisher: Redis;
let tested: IntakeUnderTest;

beforeEach(async () => {
  redis = await RedisServer.start();
  publisher = new Redis(redis.url);
  forgetAll();
});

afterEach(async () => {
  await tested.close();
  publisher.disconnect();
  await redis.stop();
});

async function start(...controllers: Type[]): Promise<void> {
  tested = await IntakeUnderTest.startWith(redis.url, ...controllers);
}

async function publish(...texts: string[]): Promise<void> {
  for (const text of texts) await publisher.publish('test_websocket', text);
}

describe('the own handler of the relay takes in what is published', () => {
  it.each<[string, Type[]]>([
    ['behind an interceptor', [Intercepted]],
    ['behind one that ends without a value', [EndsWithoutValue, Intercepted]],
    ['before one that ends without a value', [Intercepted, EndsWithoutValue]],
    ['behind one that fails', [Fails, Intercepted]],
    ['before one that fails', [Intercepted, Fails]],
    ['before one that never ends', [IntakeController, Late]],
  ])('%s', async (_, controllers) => {
    await start(...controllers);
    const texts = Array.from({ length: 300 }, (_, index) => String(index));
    await publisher.pipeline(texts.map((text) => ['publish', 'test_websocket', text])).exec();
    expect(textsOf(await tested.taken.atLeast(texts.length))).toEqual(texts);
    await publish('the last');
    await tested.taken.atLeast(texts.length + 1);
    expect(tested.account.items.filter(isMissing)).toEqual([]);
  });

  it('in order, though a guard takes its time', async () => {
    await start(Guarded);
    await publish('one', 'two', 'six');
    await tested.read();
    for (let calls = 1; tested.taken.items.length < 3; calls++) {
      const [open] = (await gates.atLeast(calls)).slice(-1); // the last that came, should there be several
      open?.();
      await nextTurn();
    }
    expect(textsOf(tested.taken.items)).toEqual(['one', 'two', 'six']);
  });
});

describe('a handler beside it', () => {
  it.each([
    ['the channel', 'test_websocket'],
    ['the pattern of the subscription', 'test_web*'],
  ])('gets what comes by %s', async (_, name) => {
    const options = { channels: [name] };
    tested = await IntakeUnderTest.start(redis.url, options, [handlerOf(name), IntakeController]);
    await tested.subscribed();
    await publish('one', 'two');
    expect(await seen.atLeast(2)).toEqual(['one', 'two']);
    expect(textsOf(await tested.taken.atLeast(2))).toEqual(['one', 'two']);
  });

  it('is said to be never called, if nothing that is subscribed can bring it anything', async () => {
    await start(IntakeController, handlerOf('other'));
    const line = await tested.lines.find((text) => text.includes('never called'));
    expect(line).toBe('the handler for other is never called: REDIS_CHANNELS has test_websocket');
  });

  it('has the payloads as they were, however late it comes to them', async () => {
    await start(IntakeController, EndsWithoutValue, Late);
    await publish('one', 'two', 'six');
    await tested.taken.atLeast(3);
    for (let calls = 1; seen.items.length < 3; calls++) {
      (await gates.atLeast(calls)).at(-1)?.();
      await nextTurn();
    }
    expect(seen.items).toEqual(['one', 'two', 'six']);
  });

  it('has them, too, if it goes on when it is given up', async () => {
    await start(IntakeController, GivenUp);
    await publish('one', 'two', 'six');
    for (const open of await gates.atLeast(3)) open();
    expect(await seen.atLeast(3)).toEqual(['one', 'two', 'six']);
  });

  it('is said to have failed', async () => {
    await start(IntakeController, Fails);
    await publish('one');
    await tested.lines.find((line) => line.includes('a handler of messages from Redis failed'));
    expect(textsOf(tested.taken.items)).toEqual(['one']);
  });
});

it('a handler that would answer is refused', async () => {
  const starting = IntakeUnderTest.start(redis.url, {}, [IntakeController, Answers]);
  await expect(starting).rejects.toThrow("use @EventPattern('test_websocket')");
  await start(IntakeController);
});
