import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type ConsumerUnderTest, startConsumer } from './testing/consumer-under-test.js';
import { PublisherClient } from './testing/publisher-client.js';

let consumer: ConsumerUnderTest;
let events: string[];
let spoken: EventEmitter;

beforeEach(async () => {
  consumer = await startConsumer();
  events = [];
  spoken = new EventEmitter();
  const record = (_: unknown, { event }: { event: string }): void => {
    events.push(event);
    spoken.emit('line');
  };
  Logger.overrideLogger({ log: record, warn: record, error: record });
});

afterEach(() => consumer.close());

/** What it said, when there are so many lines. */
async function said(count: number): Promise<string[]> {
  while (events.length < count) await once(spoken, 'line');
  return events;
}

it('says that a publisher came and left', async () => {
  const { client } = await PublisherClient.greet(consumer.port);
  client.goodbye(0);
  await client.close(1001);
  expect(await said(2)).toEqual(['publisher-connected', 'publisher-left']);
});

it('says that a publisher went without a goodbye', async () => {
  const { client } = await PublisherClient.greet(consumer.port);
  await client.vanish();
  expect(await said(2)).toEqual(['publisher-connected', 'publisher-lost']);
});

it('says why a publisher does not want it', async () => {
  const { client } = await PublisherClient.greet(consumer.port);
  await client.close(4001);
  expect(await said(3)).toEqual(['publisher-connected', 'closed-by-publisher', 'publisher-lost']);
});

it('says why it sent one away, and does not call it lost', async () => {
  const { client } = await PublisherClient.greet(consumer.port);
  client.hello();
  await client.closed;
  await PublisherClient.greet(consumer.port); // the end before it is heard by now
  expect(await said(3)).toEqual([
    'publisher-connected',
    'connection-closed',
    'publisher-connected',
  ]);
});

it('says once that a publisher may not have its name, however often it tries', async () => {
  await PublisherClient.greet(consumer.port);
  for (const connection of [1, 2, 3]) {
    const other = await PublisherClient.open(consumer.port);
    other.hello({ process: 'other', connection, outbox: { id: 'o', oldest: '0-1', next: '0-1' } });
    expect(await other.closed).toMatchObject({ code: 4001 });
  }
  expect(events).toEqual(['publisher-connected', 'connection-closed']);
});

it('calls nobody lost whose connection it ends to shut down', async () => {
  const { client } = await PublisherClient.greet(consumer.port);
  await consumer.close();
  await client.closed;
  expect(events).toEqual(['publisher-connected']);
});
