import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Hello } from '@relay/contracts';
import { type HealthSource, Metrics } from '@relay/runtime';
import { DeadLetters } from '../handling/dead-letters.js';
import { message, Recording, recordLog } from '../handling/testing/recording.js';
import { type ConsumerUnderTest, startConsumer } from '../reception/testing/consumer-under-test.js';
import { delivery, PublisherClient } from '../reception/testing/publisher-client.js';
import { measureConsumer } from './consumer-metrics.js';

let consumer: ConsumerUnderTest;
let deadLetters: DeadLetters;
let metrics: Metrics;

beforeEach(async () => {
  recordLog();
  consumer = await startConsumer({ maxOutboxes: 300 });
  deadLetters = new DeadLetters(undefined, new Recording());
  metrics = new Metrics();
  const health = { readiness: () => ({ ready: true, parts: {} }) } as unknown as HealthSource;
  measureConsumer(metrics, health, consumer.reception, consumer.dispatcher, deadLetters);
});

afterEach(() => consumer.close());

async function served(name: string): Promise<Record<string, number>> {
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith(name));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

describe('what is handled', () => {
  it('shows with what came again, and with what nobody keeps', async () => {
    const { client } = await PublisherClient.greet(consumer.port);
    client.deliver(delivery(1, 2));
    client.deliver(delivery(1, 2));
    client.deliver(delivery(3));
    await consumer.recorder.messages(3);
    await consumer.dispatcher.drained();
    expect(await served('relay_received_entries_total')).toEqual({
      relay_received_entries_total: 3,
    });
    expect(await served('relay_duplicate_entries_total')).toEqual({
      relay_duplicate_entries_total: 2,
    });
    expect(await served('relay_handled_messages_total')).toEqual({
      'relay_handled_messages_total{channel="test_websocket"}': 3,
      'relay_handled_messages_total{channel="other"}': 0,
    });
    expect(await served('relay_intake_to_handled_seconds_count')).toEqual({
      relay_intake_to_handled_seconds_count: 3,
    });
    expect(await served('relay_waiting_items')).toEqual({ relay_waiting_items: 0 });
  });

  it('shows dead letters by their handler, which is there before the first', async () => {
    deadLetters.expect('StoreOrders');
    expect(await served('relay_dead_letters_total')).toMatchObject({
      'relay_dead_letters_total{handler="StoreOrders"}': 0,
    });
    const error = new Error('no');
    await deadLetters.add(message('a'), { handler: 'StoreOrders', attempts: 3, error });
    expect(await served('relay_dead_letters_total')).toMatchObject({
      'relay_dead_letters_total{handler="StoreOrders"}': 1,
    });
  });
});

describe('publishers', () => {
  it('show with what they last said', async () => {
    const { client } = await PublisherClient.greet(consumer.port, { publisher: 'p' });
    client.status({ subscribed: true, waiting: 7 });
    await client.roundTrip();
    expect(await served('relay_publisher_')).toEqual({
      'relay_publisher_connected{publisher="p"}': 1,
      'relay_publisher_subscribed{publisher="p"}': 1,
      'relay_publisher_waiting_entries{publisher="p"}': 7,
      'relay_publisher_pending_entries{publisher="p"}': 0,
    });
  });

  it('count by whether they are there, said goodbye or were lost', async () => {
    await PublisherClient.greet(consumer.port, named('here'));
    const { client: left } = await PublisherClient.greet(consumer.port, named('left'));
    left.goodbye(0);
    await left.close(1001);
    const { client: lost } = await PublisherClient.greet(consumer.port, named('lost'));
    await lost.vanish();
    await PublisherClient.greet(consumer.port, named('last')); // those before are heard by now
    expect(await served('relay_publishers')).toEqual({
      'relay_publishers{state="connected"}': 2,
      'relay_publishers{state="left"}': 1,
      'relay_publishers{state="lost"}': 1,
    });
  });

  it('show 100 at the most, and those first that are connected', async () => {
    for (let n = 0; n < 105; n++) {
      const { client } = await PublisherClient.greet(consumer.port, named(`gone-${n}`));
      await client.close(1001);
    }
    await PublisherClient.greet(consumer.port, named('here'));
    const shown = await served('relay_publisher_connected');
    expect(Object.keys(shown)).toHaveLength(100);
    expect(shown['relay_publisher_connected{publisher="here"}']).toBe(1);
  });
});

function named(name: string): Partial<Hello> {
  const outbox = { id: `outbox of ${name}`, oldest: '0-1', next: '0-2' };
  return { publisher: name, process: name, outbox };
}
