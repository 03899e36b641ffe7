import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { encodeDeliver, SUB_PROTOCOL } from '@relay/contracts';
import { WebSocket } from 'ws';
import { deferred } from '../handling/testing/recording.js';
import { type ConsumerUnderTest, startConsumer } from './testing/consumer-under-test.js';
import { delivery, PublisherClient } from './testing/publisher-client.js';

let consumer: ConsumerUnderTest;
let clients: WebSocket[];

beforeEach(async () => {
  clients = [];
  consumer = await startConsumer({ limits: { maxBareFramesPerSecond: 1_000_000 } });
});

afterEach(async () => {
  for (const client of clients) client.terminate();
  await consumer.close();
});

async function open(): Promise<WebSocket> {
  const client = new WebSocket(`ws://127.0.0.1:${consumer.port}/relay`);
  clients.push(client);
  await once(client, 'open');
  return client;
}

async function answerOf(client: WebSocket): Promise<unknown> {
  const [answer] = (await once(client, 'message')) as [Buffer];
  return JSON.parse(answer.toString());
}

const anError = {
  event: 'error',
  data: { code: 'invalid-frame', message: expect.any(String) },
};

describe('the gateway, to a client without sub-protocol', () => {
  it('hands a bare message to the handlers, without an id', async () => {
    const client = await open();
    client.send('{"event":"greetings","data":"hello 👋"}');
    const [message] = await consumer.recorder.messages(1);
    expect(message).toMatchObject({ channel: 'greetings', text: 'hello 👋' });
    expect(message?.id).toBeUndefined();
    expect(message?.offset).toBeUndefined();
  });

  it('takes an empty payload', async () => {
    const client = await open();
    client.send('{"event":"greetings","data":""}');
    const [message] = await consumer.recorder.messages(1);
    expect(message?.payload).toHaveLength(0);
  });

  it.each([
    ['not JSON', 'hello'],
    ['empty', ''],
    ['null', 'null'],
    ['an array', '[]'],
    ['without data', '{"event":"x"}'],
    ['with data that is no string', '{"event":"x","data":1}'],
    ['without a channel', '{"event":"","data":"x"}'],
  ])('answers a frame that is %s with an error, and takes the next', async (_, frame) => {
    const client = await open();
    client.send(frame);
    expect(await answerOf(client)).toEqual(anError);
    client.send('{"event":"greetings","data":"still here"}');
    expect((await consumer.recorder.messages(1))[0]?.text).toBe('still here');
  });

  it('takes channels named as members of every object, or as events of the protocol', async () => {
    const names = ['__proto__', 'constructor', 'hello', 'deliver', 'goodbye', 'bare'];
    const client = await open();
    for (const event of names) client.send(JSON.stringify({ event, data: 'x' }));
    const messages = await consumer.recorder.messages(names.length);
    expect(messages.map(({ channel }) => channel)).toEqual(names);
  });

  it('answers a binary frame with an error that names the sub-protocol', async () => {
    const client = await open();
    client.send(encodeDeliver(delivery(1)));
    expect(await answerOf(client)).toEqual({
      event: 'error',
      data: { code: 'invalid-frame', message: expect.stringContaining(SUB_PROTOCOL) },
    });
    expect(consumer.recorder.items).toEqual([]);
  });

  it('keeps order when messages come faster than the consumer lets wait', async () => {
    const held = consumer.recorder.holds('0');
    const numbers = Array.from({ length: 5000 }, (_, index) => index);
    const client = await open();
    for (const n of numbers) client.send(JSON.stringify({ event: 'numbers', data: String(n) }));
    await consumer.recorder.messages(1);
    held.resolve();
    const messages = await consumer.recorder.messages(numbers.length);
    expect(messages.map(({ text }) => Number(text))).toEqual(numbers);
  });

  it('is not read while too many messages wait, and is again when they are handled', async () => {
    const { dispatcher, recorder } = consumer;
    const isPaused = deferred();
    const room = dispatcher.room.bind(dispatcher);
    jest.spyOn(dispatcher, 'room').mockImplementation(async () => {
      isPaused.resolve();
      await room();
    });
    const held = recorder.holds('first');
    const client = await open();
    client.send('{"event":"x","data":"first"}');
    const large = JSON.stringify({ event: 'x', data: 'x'.repeat(64 * 1024) });
    for (let n = 0; n < 1500; n += 1) client.send(large);
    await isPaused.promise;
    const publisher = await PublisherClient.greet(consumer.port);
    for (let n = 0; n < 10; n += 1) await publisher.client.roundTrip();
    expect(dispatcher.waiting).toBeLessThan(1100);
    held.resolve();
    expect(await recorder.messages(1501)).toHaveLength(1501);
    expect(new Map(consumer.reached.counts).get('bare-waiting')).toBeGreaterThan(0);
  });

  it('goes on while publishers deliver', async () => {
    const bare = await open();
    const { client } = await PublisherClient.greet(consumer.port);
    client.deliver(delivery(1));
    await client.acknowledged('0-1');
    bare.send('{"event":"x","data":"bare"}');
    await consumer.recorder.messages(2);
    expect(consumer.recorder.texts).toEqual(['m1', 'bare']);
  });

  it('survives bytes that are no WebSocket frame', async () => {
    const client = await open();
    const raw = connect(consumer.port, '127.0.0.1');
    raw.on('error', () => undefined);
    raw.write(
      'GET /relay HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await once(raw, 'data');
    raw.resume();
    raw.write(Buffer.alloc(64, 0xff));
    await once(raw, 'close');
    client.send('{"event":"greetings","data":"still here"}');
    expect((await consumer.recorder.messages(1))[0]?.text).toBe('still here');
  });
});

describe('the HTTP server', () => {
  it.each(['/', '/relay/x', '/relayx', '/health'])(
    'answers an upgrade of %s with 404',
    async (path) => {
      const headers = {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      };
      const outgoing = request({ host: '127.0.0.1', port: consumer.port, path, headers }).end();
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      expect(response.statusCode).toBe(404);
      response.resume();
    },
  );
});
