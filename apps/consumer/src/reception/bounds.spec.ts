import 'reflect-metadata';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { encodeControl, encodeDeliver } from '@relay/contracts';
import { Metrics, measureLimits, WEB_SOCKET_LIMITS } from '@relay/runtime';
import { WebSocket, WebSocketServer } from 'ws';
import { deferred } from '../handling/testing/recording.js';
import { LIMITS, type Limits, LimitsReached } from '../limits.js';
import { boundWebSocket } from './bound-web-socket.js';
import { type ConsumerUnderTest, startConsumer } from './testing/consumer-under-test.js';
import { delivery, PublisherClient } from './testing/publisher-client.js';

let consumer: ConsumerUnderTest;
let clients: WebSocket[] = [];

async function start(limits: Partial<Limits> = {}): Promise<void> {
  consumer = await startConsumer({ limits });
}

afterEach(async () => {
  jest.useRealTimers();
  for (const client of clients) client.terminate();
  clients = [];
  await consumer.close();
});

async function open(): Promise<WebSocket> {
  const client = new WebSocket(`ws://127.0.0.1:${consumer.port}/relay`);
  clients.push(client);
  client.on('error', () => undefined);
  await once(client, 'open');
  return client;
}

async function refused(path = '/relay'): Promise<IncomingMessage & { text: string }> {
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  const outgoing = request({ host: '127.0.0.1', port: consumer.port, path, headers }).end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const text = Buffer.concat((await response.toArray()) as Buffer[]).toString();
  return Object.assign(response, { text });
}

/** How often this limit was reached, as the metrics say. */
async function reached(limit: string): Promise<number> {
  const metrics = new Metrics();
  measureLimits(metrics, consumer.reached);
  const [, count] = new RegExp(`limit="${limit}"} (\\d+)$`, 'm').exec(await metrics.text()) ?? [];
  return Number(count);
}

/** The next who is disconnected; known before anything else that comes then. */
async function disconnected(): Promise<void> {
  const gone = deferred();
  const original = consumer.reception.disconnected.bind(consumer.reception);
  jest.spyOn(consumer.reception, 'disconnected').mockImplementation((client) => {
    original(client);
    gone.resolve();
  });
  await gone.promise;
}

describe('connections', () => {
  it('beyond MAX_CONNECTIONS are refused with 503, and welcome when one has left', async () => {
    await start({ maxConnections: 1 });
    const first = await open();
    const response = await refused();
    expect(response).toMatchObject({
      statusCode: 503,
      headers: { 'retry-after': '10', connection: 'close' },
      text: expect.stringContaining('MAX_CONNECTIONS'),
    });
    expect(await reached('connections')).toBe(1);
    const gone = disconnected();
    first.close();
    await gone;
    await open();
  });

  it('from one address beyond MAX_CONNECTIONS_PER_ADDRESS are refused with 429', async () => {
    await start({ maxConnectionsPerAddress: 1 });
    await open();
    const response = await refused();
    expect(response).toMatchObject({
      statusCode: 429,
      headers: { 'retry-after': '10' },
      text: expect.stringContaining('MAX_CONNECTIONS_PER_ADDRESS'),
    });
    expect(await reached('connections-per-address')).toBe(1);
  });

  it('refused too often are answered with 429, whatever is asked for', async () => {
    await start();
    let response = await refused('/nowhere');
    while (response.statusCode === 404) response = await refused('/nowhere');
    expect(response).toMatchObject({ statusCode: 429, headers: { 'retry-after': '1' } });
    expect(await reached('refusals-per-address')).toBe(1);
    await open(); // who may is not among them
  });
});

describe('frames', () => {
  it('larger than any message may be close the connection with 1009', async () => {
    await start();
    const { client } = await PublisherClient.greet(consumer.port);
    client.send(Buffer.alloc(12_648_449));
    expect((await client.closed).code).toBe(1009);
    expect(await reached('frame-size')).toBe(1);
  });

  it('are as large as half a window of small messages, however small MAX_ENTRY_BYTES is', async () => {
    await start({ maxEntryBytes: 1 });
    const { client } = await PublisherClient.greet(consumer.port);
    const entries = delivery(1, 4000).entries.map((entry) => ({
      ...entry,
      payload: Buffer.alloc(1000),
    }));
    client.send(encodeDeliver({ after: '0-0', entries }));
    await client.acknowledged('0-4000');
  });
});

describe('a publisher', () => {
  it('that leaves unread what it is told is cut off', async () => {
    await start();
    const client = {
      bufferedAmount: LIMITS.unreadBytes + 1,
      send: jest.fn(),
      terminate: jest.fn(),
    };
    const outbox = { id: 'box', oldest: '0-1', next: '0-9' };
    const hello = { publisher: 'p', process: 'process', connection: 1, outbox };
    consumer.reception.hello(client as unknown as WebSocket, hello);
    expect(client.terminate).toHaveBeenCalledTimes(1);
    expect(client.send).not.toHaveBeenCalled();
    expect(await reached('unread-bytes')).toBe(1);
  });
});

describe('a bare client', () => {
  it('is closed with 1008 after so many frames that are no messages, each of them answered', async () => {
    await start();
    const client = await open();
    const answers: string[] = [];
    client.on('message', (bytes: Buffer) => answers.push(bytes.toString()));
    for (let n = 0; n <= LIMITS.invalidBareFrames; n += 1) client.send('hello');
    client.send('{"event":"x","data":"too late"}');
    const [code, reason] = (await once(client, 'close')) as [number, Buffer];
    expect(code).toBe(1008);
    expect(reason.toString()).toContain('10 frames were no messages');
    expect(answers).toHaveLength(LIMITS.invalidBareFrames);
    expect(consumer.recorder.items).toEqual([]);
    expect(await reached('invalid-bare-frames')).toBe(1);
  });

  it('is told of a message larger than MAX_ENTRY_BYTES, which is not handled', async () => {
    await start({ maxEntryBytes: 10 });
    const client = await open();
    client.send(JSON.stringify({ event: 'x', data: 'é'.repeat(5) }));
    const [answer] = (await once(client, 'message')) as [Buffer];
    expect(answer.toString()).toContain('larger than 10 bytes (MAX_ENTRY_BYTES)');
    client.send(JSON.stringify({ event: 'x', data: '123456789' }));
    expect((await consumer.recorder.messages(1))[0]?.text).toBe('123456789');
    expect(await reached('frame-size')).toBe(1);
  });

  it('that says too much is read more slowly, and nothing of it is lost', async () => {
    jest.useFakeTimers({
      doNotFake: ['hrtime', 'nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'],
    });
    await start({ maxBareFramesPerSecond: 10 });
    const client = await open();
    const large = JSON.stringify({ event: 'x', data: 'x'.repeat(256 * 1024) });
    for (let n = 0; n < 30; n += 1) client.send(large);
    await consumer.recorder.handed(11);
    const publisher = await PublisherClient.greet(consumer.port);
    for (let n = 0; n < 20; n += 1) await publisher.client.roundTrip();
    expect(consumer.recorder.items.length).toBeLessThan(15);
    const all = consumer.recorder.handed(30);
    while (consumer.recorder.items.length < 30) {
      await jest.advanceTimersByTimeAsync(1000);
      await publisher.client.roundTrip();
    }
    await all;
    expect(await reached('bare-frame-rate')).toBeGreaterThan(0);
  });

  it('that pings and does not read is cut off', async () => {
    await start();
    const client = await open();
    client.pause();
    const seen = { cut: false };
    void disconnected().then(() => {
      seen.cut = true;
    });
    const payload = Buffer.alloc(125);
    while (!seen.cut) {
      await new Promise((resolve) => {
        client.ping(payload, undefined, resolve);
      });
    }
    expect(consumer.recorder.items).toEqual([]);
    expect(await reached('unread-pongs')).toBe(1);
  });

  it('that sends a message in too many parts is closed with 1008', async () => {
    await start();
    const client = await open();
    for (let n = 0; n <= WEB_SOCKET_LIMITS.fragments; n += 1) client.send('x', { fin: false });
    expect((await once(client, 'close'))[0]).toBe(1008);
    expect(await reached('message-parts')).toBe(1);
  });

  it('that does not agree that it is closed is cut off', async () => {
    const counts = new LimitsReached();
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      WebSocket: boundWebSocket(counts, 1),
    });
    await once(server, 'listening');
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const opened = once(client, 'open');
    const [peer] = (await once(server, 'connection')) as [WebSocket];
    await opened;
    client.pause();
    peer.close(1001);
    expect((await once(peer, 'close'))[0]).toBe(1006);
    expect(counts.counts).toContainEqual(['close-time', 1]);
    client.terminate();
    server.close();
    await start();
  });
});

describe('what waits for the handlers', () => {
  it('is bounded in bytes: no new outbox is taken, and what is known goes on', async () => {
    await start();
    const { client } = await PublisherClient.greet(consumer.port);
    jest.spyOn(consumer.dispatcher, 'waitingBytes', 'get').mockReturnValue(LIMITS.waitingBytes + 1);
    const outbox = { id: 'other box', oldest: '0-1', next: '0-9' };
    const other = await PublisherClient.open(consumer.port);
    other.send(
      encodeControl({
        event: 'hello',
        data: { publisher: 'q', process: 'other', connection: 1, outbox },
      }),
    );
    expect(await other.closed).toEqual({ code: 4002, reason: 'too much waits for the handlers' });
    expect(await reached('waiting-bytes')).toBe(1);
    await client.close(1001);
    await PublisherClient.greet(consumer.port, { connection: 2 });
  });
});
