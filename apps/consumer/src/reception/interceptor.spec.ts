import 'reflect-metadata';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { CloseCode } from '@relay/contracts';
import { map, type Observable } from 'rxjs';
import { type ConsumerUnderTest, startConsumer } from './testing/consumer-under-test.js';
import { delivery, PublisherClient } from './testing/publisher-client.js';

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

let consumer: ConsumerUnderTest;

beforeEach(async () => {
  const provider = { provide: APP_INTERCEPTOR, useClass: Passing };
  consumer = await startConsumer({ providers: [provider] });
});

afterEach(async () => {
  await consumer.close();
});

it('frames are taken in behind an interceptor, in order', async () => {
  const { client } = await PublisherClient.greet(consumer.port);
  for (let n = 1; n <= 100; n += 1) client.deliver(delivery(n));
  await consumer.recorder.messages(100);
  expect(consumer.recorder.texts).toEqual(Array.from({ length: 100 }, (_, n) => `m${n + 1}`));
  await client.acknowledged('0-100');
});

it('a mistake of an interceptor ends the connection, so that the publisher sends again', async () => {
  const { client } = await PublisherClient.greet(consumer.port);
  client.goodbye(null);
  expect((await client.closed).code).toBe(CloseCode.internalError);
});
