import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type CallHandler,
  Controller,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import type { NewMessage } from '@relay/delivery';
import { RawArguments } from '@relay/runtime';
import { RedisServer } from '@relay/testing';
import { Redis } from 'ioredis';
import type { Observable } from 'rxjs';
import { IntakeController } from './intake.controller.js';
import { Collected, IntakeUnderTest } from './testing/intake-under-test.js';

let redis: RedisServer;
let publisher: Redis;
let tested: IntakeUnderTest;
let seen: Collected<string>;
let release: () => void;
let released: Promise<void>;

beforeEach(async () => {
  redis = await RedisServer.start();
  publisher = new Redis(redis.url);
  seen = new Collected();
  released = new Promise((resolve) => (release = resolve));
});

afterEach(async () => {
  await tested.close();
  publisher.disconnect();
  await redis.stop();
});

function textsOf(messages: readonly NewMessage[]): string[] {
  return messages.map(({ payload }) => Buffer.from(payload).toString());
}

@Controller()
class Late {
  @EventPattern('test_websocket')
  @RawArguments()
  async look(messages: readonly NewMessage[]): Promise<void> {
    await released;
    for (const text of textsOf(messages)) seen.add(text);
  }
}

@Controller()
class FailsBeforehand {
  @EventPattern('test_websocket')
  @RawArguments()
  look(messages: readonly NewMessage[]): void {
    seen.add(textsOf(messages).join());
    throw new Error('a mistake');
  }
}

@Injectable()
class Passing implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle();
  }
}

@Controller()
@UseInterceptors(Passing)
class Intercepted extends IntakeController {}

/** One reading of Redis each. */
async function publish(texts: readonly string[]): Promise<void> {
  const before = tested.taken.items.length;
  for (const [index, text] of texts.entries()) {
    await publisher.publish('test_websocket', text);
    await tested.taken.atLeast(before + index + 1);
  }
}

describe('a handler beside the own one of the relay', () => {
  it('has the payloads as they were until it is done', async () => {
    tested = await IntakeUnderTest.start(redis.url, {}, [IntakeController, Late]);
    await tested.subscribed();
    await publish(['one', 'two', 'six']);
    release();
    expect(await seen.atLeast(3)).toEqual(['one', 'two', 'six']);
  });

  it('has them, too, where the one before it fails', async () => {
    tested = await IntakeUnderTest.start(redis.url, {}, [FailsBeforehand, Late]);
    await tested.subscribed();
    for (const [index, text] of ['one', 'two', 'six'].entries()) {
      await publisher.publish('test_websocket', text);
      await seen.atLeast(index + 1);
      await nextTurn(); // which is when the failure is known
    }
    release();
    expect((await seen.atLeast(6)).slice(3)).toEqual(['one', 'two', 'six']);
  });
});

describe('a handler with an interceptor', () => {
  it('takes in what is published, in order', async () => {
    tested = await IntakeUnderTest.start(redis.url, {}, [Intercepted]);
    await tested.subscribed();
    const texts = Array.from({ length: 300 }, (_, index) => String(index));
    await publisher.pipeline(texts.map((text) => ['publish', 'test_websocket', text])).exec();
    expect(textsOf(await tested.taken.atLeast(texts.length))).toEqual(texts);
  });
});

describe('a handler that fails before it has taken messages', () => {
  it('leaves them to be told as missing', async () => {
    tested = await IntakeUnderTest.start(redis.url, {}, [FailsBeforehand]);
    await tested.subscribed();
    await publisher.publish('test_websocket', 'lost');
    const { detail } = await tested.account.find(({ event }) => event === 'notTaken');
    expect(detail).toBe(1);
  });
});

describe('a handler that takes its time', () => {
  it('holds up the proof that everything is taken in', async () => {
    tested = await IntakeUnderTest.start(redis.url, {}, [Late]);
    await tested.subscribed();
    await tested.account.find(({ event }) => event === 'proven');
    await publisher.publish('test_websocket', 'one');
    const publishedBy = Date.now();
    const answeredBefore = tested.intake.answeredAt;
    while (tested.intake.answeredAt === answeredBefore) await nextTurn();
    const answeredAfter = tested.intake.answeredAt;
    while (tested.intake.answeredAt === answeredAfter) await nextTurn(); // to a PING behind the message
    await nextTurn();
    const isProven = ({ event, detail }: { event: string; detail: unknown }): boolean =>
      event === 'proven' && Number(detail) > publishedBy;
    expect(tested.account.items.some(isProven)).toBe(false);
    release();
    await tested.account.find(isProven);
    expect(seen.items).toEqual(['one']);
  });

  it('is waited for when the publisher ends', async () => {
    tested = await IntakeUnderTest.start(redis.url, {}, [Late]);
    await tested.subscribed();
    await publisher.publish('test_websocket', 'one');
    let isEnded = false;
    const ended = tested.intake.unsubscribe(new AbortController().signal).then(() => {
      isEnded = true;
    });
    const isUnsubscribed = async (): Promise<boolean> => {
      const [, subscribers] = (await redis.cli('PUBSUB', 'NUMSUB', 'test_websocket')) as unknown[];
      return subscribers === 0;
    };
    while (!(await isUnsubscribed())) await nextTurn();
    for (let turn = 0; turn < 100; turn++) await nextTurn(); // the answer has come
    expect(isEnded).toBe(false);
    release();
    await ended;
    expect(seen.items).toEqual(['one']);
  });
});
