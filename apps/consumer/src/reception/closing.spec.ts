import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ConsumerUnderTest, startConsumer } from './testing/consumer-under-test.js';
import { delivery, PublisherClient } from './testing/publisher-client.js';

let consumer: ConsumerUnderTest;

beforeEach(async () => {
  consumer = await startConsumer();
});

afterEach(() => consumer.close());

describe('a consumer that closes', () => {
  it('finishes what runs, acknowledges it and says goodbye with 1001', async () => {
    const held = consumer.recorder.holds('m1');
    const { client } = await PublisherClient.greet(consumer.port);
    client.deliver(delivery(1, 3));
    await consumer.recorder.handed(1);
    const closing = consumer.reception.stop().then(() => consumer.app.close());
    held.resolve();
    await closing;
    expect(await client.next('ack')).toEqual({ cursor: '0-1' });
    expect(await client.closed).toEqual({ code: 1001, reason: 'consumer shuts down' });
    expect(client.frames).toEqual([]);
    expect(consumer.recorder.texts).toEqual(['m1']);
  });

  it('leaves what comes meanwhile with the publisher', async () => {
    const held = consumer.recorder.holds('m1');
    const { client } = await PublisherClient.greet(consumer.port);
    client.deliver(delivery(1));
    await consumer.recorder.handed(1);
    const stopped = consumer.reception.stop();
    client.deliver(delivery(2, 3));
    await client.roundTrip();
    held.resolve();
    await stopped;
    client.deliver(delivery(4));
    await client.roundTrip();
    await consumer.app.close();
    expect(await client.acknowledged('0-1')).toEqual(['0-1']);
    expect((await client.closed).code).toBe(1001);
    expect(client.frames).toEqual([]);
    expect(consumer.recorder.texts).toEqual(['m1']);
  });

  it('owes no acknowledgement when it has stopped', async () => {
    const held = consumer.recorder.holds('m3');
    const { client } = await PublisherClient.greet(consumer.port);
    client.deliver(delivery(1, 4));
    await consumer.recorder.handed(3);
    held.resolve();
    await consumer.reception.stop();
    await client.roundTrip();
    expect(client.frames.at(-1)).toEqual({ event: 'ack', data: { cursor: '0-3' } });
  });

  it('waits no longer than its deadline, and acknowledges what was handled until then', async () => {
    consumer.recorder.holds('m3');
    const { client } = await PublisherClient.greet(consumer.port);
    client.deliver(delivery(1, 3));
    await consumer.recorder.handed(3);
    const deadline = new AbortController();
    const stopped = consumer.reception.stop(deadline.signal);
    deadline.abort();
    expect(await stopped).toBe(false);
    await client.roundTrip();
    expect(client.frames.at(-1)).toEqual({ event: 'ack', data: { cursor: '0-2' } });
    expect(await consumer.reception.stop(deadline.signal)).toBe(false); // it is over already
  });

  it('says that it is finished when nothing runs', async () => {
    expect(await consumer.reception.stop(new AbortController().signal)).toBe(true);
  });

  it('closes idle publishers with 1001, greeted or not', async () => {
    const { client } = await PublisherClient.greet(consumer.port);
    const silent = await PublisherClient.open(consumer.port);
    await consumer.app.close();
    expect((await client.closed).code).toBe(1001);
    expect((await silent.closed).code).toBe(1001);
  });
});
