import 'reflect-metadata';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Receiver } from '@relay/delivery';
import { Dispatcher } from '../handling/dispatcher.js';
import { type ConsumerUnderTest, startConsumer } from './testing/consumer-under-test.js';
import { delivery, messageEntry, PublisherClient } from './testing/publisher-client.js';

let consumer: ConsumerUnderTest;
let errors: unknown[];

beforeEach(async () => {
  consumer = await startConsumer();
  errors = [];
  const ignore = (): void => undefined;
  const record = (_: unknown, { error }: { error?: unknown }): void => void errors.push(error);
  Logger.overrideLogger({ log: ignore, warn: ignore, error: record });
});

afterEach(() => consumer.close());

it('ends a connection with 1011 when a frame of it could not be taken in, and takes it in again', async () => {
  const mistake = new Error('a mistake of ours');
  jest.spyOn(Receiver.prototype, 'deliver').mockImplementationOnce(() => {
    throw mistake;
  });
  const { client } = await PublisherClient.greet(consumer.port);
  client.deliver(delivery(1));
  client.deliver(delivery(2)); // in the same reading
  expect(await client.closed).toEqual({ code: 1011, reason: 'internal error' });
  expect(client.frames).toEqual([]);
  expect(errors).toEqual([mistake]);

  const { client: again, welcome } = await PublisherClient.greet(consumer.port, { connection: 2 });
  expect(welcome.position).toBeNull();
  again.deliver(delivery(1, 2));
  await again.acknowledged('0-2');
  expect(consumer.recorder.texts).toEqual(['m1', 'm2']);
});

it('takes in again what could not be handed on, and counts it once', async () => {
  const { client } = await PublisherClient.greet(consumer.port);
  client.deliver(delivery(1));
  await client.acknowledged('0-1');
  jest.spyOn(Dispatcher.prototype, 'dispatch').mockImplementationOnce(() => {
    throw new Error('a mistake of ours');
  });
  client.deliver(delivery(2, 3));
  expect(await client.closed).toMatchObject({ code: 1011 });

  const { client: again, welcome } = await PublisherClient.greet(consumer.port, { connection: 2 });
  expect(welcome.position).toEqual({ received: '0-1', cursor: '0-1' });
  again.deliver(delivery(2, 4));
  await again.acknowledged('0-4');
  expect(consumer.recorder.texts).toEqual(['m1', 'm2', 'm3', 'm4']);
  expect(consumer.reception.received).toBe(4);
});

it('tells what cannot come again when the publisher is back', async () => {
  const outbox = { id: 'box', oldest: '0-1', next: '0-3' };
  const { client } = await PublisherClient.greet(consumer.port);
  client.deliver({ after: '0-6', entries: [messageEntry(7)] });
  await client.acknowledged('0-7');
  await client.vanish();
  jest.spyOn(Dispatcher.prototype, 'dispatch').mockImplementationOnce(() => {
    throw new Error('a mistake of ours');
  });
  const failed = await PublisherClient.open(consumer.port);
  failed.hello({ connection: 2, outbox }); // which goes back behind what was received
  expect(await failed.closed).toMatchObject({ code: 1011 });

  const { client: again } = await PublisherClient.greet(consumer.port, { connection: 3, outbox });
  again.deliver(delivery(1));
  await again.acknowledged('0-1');
  expect(consumer.recorder.texts).toEqual(['m7', 'gap', 'm1']);
  expect(consumer.recorder.items[1]).toMatchObject({ reason: 'position-lost' });
  expect(consumer.reception.received).toBe(2);
});
