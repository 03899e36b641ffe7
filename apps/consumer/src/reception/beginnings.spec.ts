import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Hello } from '@relay/contracts';
import type { Item } from '../handling/dispatcher.js';
import { type ConsumerUnderTest, startConsumer } from './testing/consumer-under-test.js';
import { messageEntry, PublisherClient, startEntry } from './testing/publisher-client.js';

let consumer: ConsumerUnderTest;

beforeEach(async () => {
  consumer = await startConsumer();
});

afterEach(() => consumer.close());

/** The hello of the nth process of the publisher `p`, whose outbox is in memory. */
function life(n: number): Partial<Hello> {
  const outbox = { id: `box ${n}`, oldest: '0-1', next: '0-2' };
  return { process: `process ${n}`, outbox };
}

/** The publisher starts for the nth time, was subscribed at `subscribedAt`, and delivers that. */
async function begin(n: number, subscribedAt: number): Promise<PublisherClient> {
  const { client } = await PublisherClient.greet(consumer.port, life(n));
  client.deliver({ after: '0-0', entries: [startEntry(subscribedAt)] });
  await client.acknowledged('0-1');
  return client;
}

async function lastItem(count: number): Promise<Item | undefined> {
  return (await consumer.recorder.handed(count)).at(-1);
}

describe('a publisher that was never heard of', () => {
  it('begins, and nothing is missing', async () => {
    await begin(1, 1000);
    expect(await lastItem(1)).toEqual({
      kind: 'start',
      origin: { publisher: 'p', outbox: 'box 1', offset: '0-1' },
      at: new Date(1000),
    });
  });

  it('may say nothing at all and go: whoever comes next begins', async () => {
    const { client } = await PublisherClient.greet(consumer.port, life(1));
    client.goodbye(null);
    await client.close(1001);
    await begin(2, 2000);
    expect(await lastItem(1)).toMatchObject({ kind: 'start' });
  });
});

describe('a publisher that starts again', () => {
  it('behind a goodbye misses what was published since the time that it told', async () => {
    const first = await begin(1, 1000);
    first.status({ heardUntil: 3000 });
    first.goodbye(5000);
    await first.close(1001);
    await begin(2, 9000);
    expect(await lastItem(2)).toEqual({
      kind: 'gap',
      origin: { publisher: 'p', outbox: 'box 2', offset: '0-1' },
      reason: 'publisher-restarted',
      from: new Date(5000),
      to: new Date(9000),
      count: null,
    });
  });

  it('without a goodbye misses what was not heard at its last status', async () => {
    const first = await begin(1, 1000);
    first.status({ heardUntil: 3000 });
    first.status({ heardUntil: 4000, subscribed: false });
    await first.roundTrip();
    await first.vanish();
    await begin(2, 9000);
    expect(await lastItem(2)).toMatchObject({
      kind: 'gap',
      reason: 'publisher-lost',
      from: new Date(4000),
      to: new Date(9000),
    });
  });

  it('without goodbye or status misses all that was published since it was subscribed', async () => {
    const first = await begin(1, 1000);
    await first.vanish();
    await begin(2, 9000);
    expect(await lastItem(2)).toMatchObject({
      kind: 'gap',
      reason: 'publisher-lost',
      from: new Date(1000),
      to: new Date(9000),
    });
  });

  it('twice before it is subscribed still misses what the first did not deliver', async () => {
    const first = await begin(1, 1000);
    first.status({ heardUntil: 3000 });
    await first.roundTrip();
    await first.vanish();
    const { client: second } = await PublisherClient.greet(consumer.port, life(2));
    second.goodbye(null);
    await second.close(1001);
    await begin(3, 9000);
    expect(await lastItem(2)).toMatchObject({
      reason: 'publisher-lost',
      from: new Date(3000),
      to: new Date(9000),
    });
  });

  it('never has a gap that ends before it begins, though the clock went back', async () => {
    const first = await begin(1, 1000);
    first.goodbye(5000);
    await first.close(1001);
    await begin(2, 4000);
    expect(await lastItem(2)).toMatchObject({ from: new Date(4000), to: new Date(4000) });
  });

  it('does not make a gap for another publisher', async () => {
    const first = await begin(1, 1000);
    await first.vanish();
    const hello = { ...life(2), publisher: 'q' };
    const { client } = await PublisherClient.greet(consumer.port, hello);
    client.deliver({ after: '0-0', entries: [startEntry(2000)] });
    expect(await lastItem(2)).toMatchObject({ kind: 'start', origin: { publisher: 'q' } });
  });
});

describe('an outbox that goes back behind what was received', () => {
  it('has a gap, and is taken in from its beginning', async () => {
    const first = await PublisherClient.greet(consumer.port);
    first.client.deliver({ after: '0-6', entries: [messageEntry(7)] });
    first.client.status({ heardUntil: 3000 });
    await first.client.acknowledged('0-7');
    await first.client.vanish();
    const { client, welcome } = await PublisherClient.greet(consumer.port, {
      connection: 2,
      outbox: { id: 'box', oldest: '0-1', next: '0-3' },
    });
    expect(welcome.position).toBeNull();
    client.deliver({ after: '0-0', entries: [messageEntry(1, 'again the first')] });
    expect(await client.acknowledged('0-1')).toEqual(['0-1']);
    expect(consumer.recorder.texts).toEqual(['m7', 'gap', 'again the first']);
    expect(consumer.recorder.items[1]).toMatchObject({ reason: 'position-lost', count: null });
  });
});

describe('what is known of publishers', () => {
  it('tells who is connected, who has left with a goodbye, and who without', async () => {
    const states = (): unknown[] =>
      Array.from(consumer.reception.publishers, ({ position, connection, hasLeft }) => ({
        name: position.publisher,
        isConnected: connection !== undefined,
        hasLeft,
      }));
    const client = await begin(1, 1000);
    expect(states()).toEqual([{ name: 'p', isConnected: true, hasLeft: false }]);
    await client.close();
    await PublisherClient.open(consumer.port); // by then the consumer has seen the close
    expect(states()).toEqual([{ name: 'p', isConnected: false, hasLeft: false }]);
    const again = await PublisherClient.greet(consumer.port, { ...life(1), connection: 2 });
    again.client.goodbye(2000);
    await again.client.close(1001);
    expect(states()).toEqual([{ name: 'p', isConnected: false, hasLeft: true }]);
  });
});
