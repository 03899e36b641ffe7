import 'reflect-metadata';
import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type ConsumerUnderTest, startConsumer } from './testing/consumer-under-test.js';
import { delivery, PublisherClient } from './testing/publisher-client.js';

let consumer: ConsumerUnderTest;

afterEach(() => consumer.close());

describe('a hello that does not come in time', () => {
  it('closes the connection with 4000', async () => {
    consumer = await startConsumer({ helloTimeoutMs: 1 });
    const client = await PublisherClient.open(consumer.port);
    expect(await client.closed).toEqual({ code: 4000, reason: 'no hello came' });
    expect(consumer.reached.counts).toContainEqual(['hello-time', 1]);
  });

  it('is not waited for from a client without sub-protocol', async () => {
    consumer = await startConsumer({ helloTimeoutMs: 1 });
    const bare = new WebSocket(`ws://127.0.0.1:${consumer.port}/relay`);
    await once(bare, 'open');
    await (
      await PublisherClient.open(consumer.port)
    ).closed; // more than its time has passed
    bare.send('{"event":"x","data":"still here"}');
    await consumer.recorder.messages(1);
    bare.terminate();
  });

  it('is forgiven once it was said', async () => {
    consumer = await startConsumer({ helloTimeoutMs: 300 });
    const { client } = await PublisherClient.greet(consumer.port);
    await (
      await PublisherClient.open(consumer.port)
    ).closed; // more than its time has passed
    client.deliver(delivery(1));
    await client.acknowledged('0-1');
  });

  it('is not heard any more when it comes behind the end', async () => {
    consumer = await startConsumer({ helloTimeoutMs: 1 });
    const socket = new WebSocket(`ws://127.0.0.1:${consumer.port}/relay`, 'relay.v1');
    socket.on('open', () => socket.pause()); // does not see the close frame
    await once(socket, 'open');
    await (
      await PublisherClient.open(consumer.port)
    ).closed;
    socket.send(
      JSON.stringify({
        event: 'hello',
        data: {
          publisher: 'late',
          process: 'x',
          connection: 1,
          outbox: { id: 'late box', oldest: '0-1', next: '0-1' },
        },
      }),
    );
    socket.ping();
    socket.resume();
    await once(socket, 'close');
    expect([...consumer.reception.publishers]).toHaveLength(0);
  });
});
