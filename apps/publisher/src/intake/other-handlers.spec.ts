import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  type Type,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import type { NewMessage } from '@relay/delivery';
import { RawArguments } from '@relay/runtime';
import { RedisServer } from '@relay/testing';
import { Redis } from 'ioredis';
import { EMPTY, type Observable, throwError } from 'rxjs';
import { LIMITS } from '../limits.js';
import type { IntakeContext } from './intake-context.js';
import { IntakeController } from './intake.controller.js';
import { type AccountEvent, Collected, IntakeUnderTest } from './testing/intake-under-test.js';

let redis: RedisServer;
let publisher: Redis;
let tested: IntakeUnderTest;
let seen: Collected<string>;
/** Each lets the next call of what waits go on. */
let gates: Collected<() => void>;

beforeEach(async () => {
  redis = await RedisServer.start();
  publisher = new Redis(redis.url);
  seen = new Collected();
  gates = new Collected();
});

afterEach(async () => {
  await tested.close();
  publisher.disconnect();
  await redis.stop();
});

async function start(...controllers: Type[]): Promise<void> {
  tested = await IntakeUnderTest.start(redis.url, {}, controllers);
  await tested.subscribed();
  await tested.account.find(({ event }) => event === 'proven');
}

function gate(): Promise<void> {
  return new Promise((resolve) => {
    gates.add(resolve);
  });
}

function textsOf(messages: readonly NewMessage[]): string[] {
  return messages.map(({ payload }) => Buffer.from(payload).toString());
}

function see(messages: readonly NewMessage[]): void {
  for (const text of textsOf(messages)) seen.add(text);
}

async function publish(...texts: string[]): Promise<void> {
  for (const text of texts) await publisher.publish('test_websocket', text);
}

/** What was published before is read: Redis has answered a PING that was sent later. */
async function read(): Promise<void> {
  for (let answers = 0; answers < 2; answers++) {
    // the first may be of one that was on its way
    const before = tested.intake.answeredAt;
    while (tested.intake.answeredAt === before) await nextTurn();
  }
}

function isMissing({ event }: AccountEvent): boolean {
  return event === 'notTaken';
}

@Controller()
class Late {
  @EventPattern('test_websocket')
  @RawArguments()
  async take(messages: readonly NewMessage[]): Promise<void> {
    await gate();
    see(messages);
  }
}

/** Looks at them, and says when it needs them no more. */
@Controller()
class Releases {
  @EventPattern(['test_websocket'])
  @RawArguments()
  take(messages: readonly NewMessage[], context: IntakeContext): void {
    see(messages);
    context.released();
  }
}

/** Is given up, but goes on. */
@Controller()
class GivenUp {
  @EventPattern(['test_websocket'])
  @RawArguments()
  take(messages: readonly NewMessage[]): Observable<never> {
    void gate().then(() => {
      see(messages);
    });
    return throwError(() => new Error('it took too long'));
  }
}

/** In place of the relay's own. */
@Controller()
class LateTaker {
  @EventPattern(['test_websocket'])
  @RawArguments()
  async take(messages: readonly NewMessage[], context: IntakeContext): Promise<void> {
    await gate();
    see(messages);
    context.taken();
  }
}

function handlerOf(name: string): Type {
  @Controller()
  class Own {
    @EventPattern([name])
    @RawArguments()
    take(messages: readonly NewMessage[]): void {
      see(messages);
    }
  }
  return Own;
}

@Controller()
class Fails {
  @EventPattern('test_websocket')
  @RawArguments()
  take(messages: readonly NewMessage[]): void {
    see(messages);
    throw new Error('a mistake');
  }
}

@Controller()
class EndsWithoutValue {
  @EventPattern(['test_websocket'])
  @RawArguments()
  take(): Observable<never> {
    return EMPTY;
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

@Injectable()
class Opens implements CanActivate {
  async canActivate(): Promise<boolean> {
    await gate();
    return true;
  }
}

@Controller()
@UseGuards(Opens)
class Guarded extends IntakeController {}

@Injectable()
class Refuses implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Catch()
class Swallows implements ExceptionFilter {
  catch(): Observable<never> {
    return EMPTY;
  }
}

@Controller()
@UseGuards(Refuses)
@UseFilters(Swallows)
class Refused extends IntakeController {}

@Controller()
class Answers {
  @MessagePattern('test_websocket')
  answer(): string {
    return 'nobody hears it';
  }
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
    await read();
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

describe('messages are told as missing', () => {
  it.each<[string, Type[]]>([
    ['that a handler fails to take in', [Fails]],
    ['that a guard refuses and a filter hides', [Refused]],
    ['that a handler does not say it has taken', [EndsWithoutValue]],
    ['that a handler beside has released', [Refused, Releases]],
    ['that have no handler', []],
  ])('%s', async (_, controllers) => {
    await start(...controllers);
    await publish('lost');
    expect((await tested.account.find(isMissing)).detail).toBe(1);
  });

  it('that come too fast for a handler that takes its time', async () => {
    await start(LateTaker);
    const payload = Buffer.alloc(1024 * 1024);
    await publish('one');
    await gates.atLeast(1);
    const fitting = LIMITS.handlerWaitingBytes / payload.length - 1;
    for (let n = 0; n < fitting; n++) await publisher.publish('test_websocket', payload);
    await read();
    expect(tested.account.items.filter(isMissing)).toEqual([]);
    await publisher.publish('test_websocket', Buffer.concat([payload, payload]));
    expect((await tested.account.find(isMissing)).detail).toBe(1);
    expect(new Map(tested.reached.counts).get('handler-waiting')).toBe(1);
    gates.items[0]?.();
    await gates.atLeast(2); // there is room again
    await publisher.publish('test_websocket', Buffer.concat([payload, payload]));
    await read();
    expect(tested.account.items.filter(isMissing)).toHaveLength(1);
    gates.items[1]?.();
    (await gates.atLeast(3))[2]?.();
    await seen.atLeast(1 + fitting + 1);
  });

  it('that no handler has taken in when the publisher ends', async () => {
    await start(LateTaker);
    await publish('one', 'two');
    await gates.atLeast(1);
    await tested.intake.unsubscribe(AbortSignal.abort());
    await read();
    await tested.intake.close();
    expect(tested.account.items.filter(isMissing)).toHaveLength(2);
    gates.items[0]?.();
    for (let turn = 0; turn < 10; turn++) await nextTurn();
    expect(seen.items).toEqual(['one']); // which it had
    expect(gates.items).toHaveLength(1); // the other it does not get any more
  });
});

describe('a handler that takes its time', () => {
  const isProvenAt =
    (time: number) =>
    ({ event, detail }: AccountEvent): boolean =>
      event === 'proven' && Number(detail) > time;

  it('holds up the proof of what it has, and of no more', async () => {
    await start(LateTaker);
    await publish('one');
    const publishedAt = Date.now();
    await read();
    await publish('two');
    await read();
    expect(tested.account.items.some(isProvenAt(publishedAt))).toBe(false);
    (await gates.atLeast(1))[0]?.();
    await tested.account.find(isProvenAt(publishedAt));
    expect(seen.items).toEqual(['one']);
  });

  it('is waited for when the publisher ends, with no proof of what comes behind that', async () => {
    await start(LateTaker);
    await publish('one');
    await gates.atLeast(1);
    const endsAt = Date.now();
    let isEnded = false;
    const ended = tested.intake.unsubscribe(new AbortController().signal).then(() => {
      isEnded = true;
    });
    await read();
    expect(isEnded).toBe(false);
    gates.items[0]?.();
    await ended;
    expect(seen.items).toEqual(['one']);
    expect(tested.account.items.filter(isProvenAt(endsAt - 1))).toHaveLength(1); // by no PING meanwhile
  });
});

it('a handler that takes its time is waited for though Redis is gone', async () => {
  await start(LateTaker);
  await publish('one');
  await gates.atLeast(1);
  await redis.kill();
  await tested.notSubscribed();
  const ended = tested.intake.unsubscribe(new AbortController().signal);
  gates.items[0]?.();
  await ended;
  await tested.intake.close();
  expect(tested.account.items.filter(isMissing)).toEqual([]);
});

it('a handler that would answer is refused', async () => {
  const starting = IntakeUnderTest.start(redis.url, {}, [IntakeController, Answers]);
  await expect(starting).rejects.toThrow("use @EventPattern('test_websocket')");
  await start(IntakeController);
});
