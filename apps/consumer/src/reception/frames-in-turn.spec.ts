import 'reflect-metadata';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  Logger,
  type NestInterceptor,
  type Provider,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { CloseCode } from '@relay/contracts';
import { RecordedLog } from '@relay/testing';
import { map, Observable } from 'rxjs';
import { WebSocket } from 'ws';
import { Dispatcher } from '../handling/dispatcher.js';
import { LIMITS } from '../limits.js';
import { Queue } from './testing/queue.js';
import { type ConsumerUnderTest, startConsumer } from './testing/consumer-under-test.js';
import { delivery, messageEntry, PublisherClient, startEntry } from './testing/publisher-client.js';

let consumer: ConsumerUnderTest;
let gates: (() => void)[];

beforeEach(() => {
  gates = [];
});

afterEach(async () => {
  for (const open of gates) open();
  await consumer.close();
});

/** Passes everything on, but makes a mistake behind a goodbye. */
@Injectable()
class Passing implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const isGoodbye = context.getHandler().name === 'goodbye';
    return next.handle().pipe(
      map((value: unknown) => {
        if (isGoodbye) throw new Error('a mistake');
        return value;
      }),
    );
  }
}

@Injectable()
class Allows implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

/** Takes its time for what is delivered behind the first entry. */
@Injectable()
class Late implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { after } = context.switchToWs().getData<{ after?: string }>();
    if (after !== undefined && after !== '0-0') {
      await new Promise<void>((resolve) => gates.push(resolve));
    }
    return true;
  }
}

/** Takes its time for who comes back. */
@Injectable()
class LateForThoseWhoReturn implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { connection } = context.switchToWs().getData<{ connection?: number }>();
    if (connection === 2) await new Promise<void>((resolve) => gates.push(resolve));
    return true;
  }
}

const interceptor: Provider = { provide: APP_INTERCEPTOR, useClass: Passing };
const guard: Provider = { provide: APP_GUARD, useClass: Allows };
const lateGuard: Provider = { provide: APP_GUARD, useClass: Late };

/** A publisher from which a first entry is handled. */
async function begin(): Promise<PublisherClient> {
  const { client } = await PublisherClient.greet(consumer.port);
  client.deliver({ after: '0-0', entries: [startEntry(1_000)] });
  await client.acknowledged('0-1');
  return client;
}

/** Another process of the publisher begins: what is missing? */
async function gapOfTheNext(): Promise<unknown> {
  const outbox = { id: 'box2', oldest: '0-1', next: '0-2' };
  const { client } = await PublisherClient.greet(consumer.port, { process: 'other', outbox });
  client.deliver({ after: '0-0', entries: [startEntry(20_000)] });
  const items = await consumer.recorder.handed(2);
  return items[1];
}

describe('behind an interceptor', () => {
  beforeEach(async () => {
    consumer = await startConsumer({ providers: [interceptor] });
  });

  it('frames are taken in, in order', async () => {
    const { client } = await PublisherClient.greet(consumer.port);
    for (let n = 1; n <= 100; n += 1) client.deliver(delivery(n));
    await consumer.recorder.messages(100);
    expect(consumer.recorder.texts).toEqual(Array.from({ length: 100 }, (_, n) => `m${n + 1}`));
    await client.acknowledged('0-100');
  });

  it('its mistake ends the connection, so that the publisher sends again', async () => {
    const { client } = await PublisherClient.greet(consumer.port);
    client.goodbye(null);
    expect((await client.closed).code).toBe(CloseCode.internalError);
  });
});

describe('what stands behind a frame', () => {
  it.each([
    ['as it is', []],
    ['with an interceptor', [interceptor]],
    ['with a guard', [guard]],
  ])('is not heard if that one ends the connection, %s', async (_, providers) => {
    consumer = await startConsumer({ providers });
    const client = await begin();
    jest.spyOn(Dispatcher.prototype, 'dispatch').mockImplementationOnce(() => {
      throw new Error('a mistake of ours');
    });
    client.deliver({ after: '0-1', entries: [messageEntry(2)] });
    client.status({ heardUntil: 9_000 });
    await client.closed;
    expect(await gapOfTheNext()).toMatchObject({ from: new Date(1_000), to: new Date(20_000) });
  });

  it('does not overtake it, though a guard takes its time', async () => {
    consumer = await startConsumer({ providers: [lateGuard] });
    const client = await begin();
    client.deliver({ after: '0-1', entries: [messageEntry(2)] });
    client.status({ heardUntil: 9_000 });
    await client.roundTrip();
    await client.vanish();
    expect(await gapOfTheNext()).toMatchObject({ from: new Date(1_000), to: new Date(20_000) });
  });

  it('does not come in when its connection is gone', async () => {
    consumer = await startConsumer({
      providers: [{ provide: APP_GUARD, useClass: LateForThoseWhoReturn }],
    });
    const first = await begin();
    await first.vanish();
    const client = await PublisherClient.open(consumer.port);
    client.hello({ connection: 2 });
    while (gates.length === 0) await nextTurn();
    await client.vanish();
    const outbox = { id: 'of-q', oldest: '0-1', next: '0-2' };
    const other = { publisher: 'q', process: 'q', outbox };
    const { client: alive } = await PublisherClient.greet(consumer.port, other);
    gates[0]?.();
    await alive.roundTrip();
    const connected = [...consumer.reception.publishers].filter(({ connection }) => connection);
    expect(connected.map(({ position }) => position.publisher)).toEqual(['q']);
  });

  it('is not read while too much waits, and then it is', async () => {
    consumer = await startConsumer({ providers: [lateGuard] });
    const client = await begin();
    const pause = jest.spyOn(WebSocket.prototype, 'pause');
    const resume = jest.spyOn(WebSocket.prototype, 'resume');
    const padding = 'x'.repeat(LIMITS.waitingFrameBytes / 4);
    const frames = 8;
    for (let n = 2; n < 2 + frames; n += 1) {
      client.deliver({ after: `0-${n - 1}`, entries: [messageEntry(n, padding)] });
    }
    while (pause.mock.calls.length === 0) await nextTurn();
    expect(resume).not.toHaveBeenCalled();
    gates.push = (open) => {
      open();
      return 0;
    };
    gates[0]?.();
    await consumer.recorder.messages(1 + frames);
    await client.roundTrip();
    expect(resume).toHaveBeenCalled();
  });
});

describe('a gateway beside that of the relay', () => {
  const seen = new Queue<unknown>();
  const ended = new Queue<string>();

  @WebSocketGateway({ path: '/own' })
  class Own {
    @SubscribeMessage('news')
    news(_: unknown, data: unknown): void {
      seen.add(data);
    }

    @SubscribeMessage('endless')
    endless(): Observable<never> {
      return new Observable(() => () => {
        ended.add('its client is gone');
      });
    }
  }

  let client: WebSocket;

  beforeEach(async () => {
    consumer = await startConsumer({ providers: [Own] });
    client = new WebSocket(`ws://127.0.0.1:${consumer.port}/own`);
    await once(client, 'open');
  });

  afterEach(() => {
    client.terminate();
  });

  it('gets the events that it subscribes to', async () => {
    client.send('{"event":"news","data":"hello"}');
    expect(await seen.take()).toBe('hello');
  });

  it('is told of those that it does not', async () => {
    const log = new RecordedLog();
    Logger.overrideLogger(log);
    client.send('{"event":"olds","data":"hello"}');
    await log.said('no gateway has a handler for the event olds');
    client.send(JSON.stringify({ event: 'x'.repeat(1000), data: '' }));
    expect((await log.said('the event xxx')).length).toBeLessThan(200);
  });

  it('goes on with nothing for a client that is gone', async () => {
    client.send('{"event":"endless","data":""}');
    client.close();
    expect(await ended.take()).toBe('its client is gone');
  });
});
