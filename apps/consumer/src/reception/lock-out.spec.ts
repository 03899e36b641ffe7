import 'reflect-metadata';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RELAY_PATH } from '@relay/contracts';
import { HTTP_LIMITS, Tokens } from '@relay/runtime';
import { WebSocket } from 'ws';
import { recordLog } from '../handling/testing/recording.js';
import { type ConsumerUnderTest, startConsumer } from './testing/consumer-under-test.js';

const RELAY_TOKEN = 'sesame';

let consumer: ConsumerUnderTest;
let sockets: Socket[];
let publisher: WebSocket | undefined;

beforeEach(async () => {
  recordLog();
  sockets = [];
  publisher = undefined;
  consumer = await startConsumer({
    admission: { tokens: new Tokens({ relayToken: [RELAY_TOKEN] }) },
  });
});

afterEach(async () => {
  publisher?.terminate();
  for (const socket of sockets) socket.destroy();
  await consumer.close();
});

/** So many connections from this address that say this and no more. */
async function hold(count: number, localAddress: string, text = ''): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const socket = connect({ host: '127.0.0.1', port: consumer.port, localAddress });
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(consumer.app.getHttpServer() as NodeJS.EventEmitter, 'connection');
    if (text !== '') socket.write(text);
  }
}

/** The status of the answer to a publisher at this address; 101 when it is let in. */
async function connectFrom(localAddress: string, token = RELAY_TOKEN): Promise<number> {
  const client = new WebSocket(`ws://127.0.0.1:${consumer.port}${RELAY_PATH}`, 'relay.v1', {
    localAddress,
    headers: { Authorization: `Bearer ${token}` },
  });
  publisher = client;
  client.on('error', () => undefined);
  const refused = once(client, 'unexpected-response').then(
    ([, response]) => (response as IncomingMessage).statusCode ?? 0,
  );
  const failed = once(client, 'close').then(() => 0);
  const opened = once(client, 'open').then(() => 101);
  const status = await Promise.race([opened, refused, failed]);
  if (status !== 101) client.terminate();
  return status;
}

function reached(limit: string): number | undefined {
  return consumer.reached.counts.find(([name]) => name === limit)?.[1];
}

describe('a publisher with the right token gets in', () => {
  it('while strangers hold every connection, from many addresses', async () => {
    for (const n of [2, 3, 4, 5]) {
      await hold(HTTP_LIMITS.httpConnectionsPerAddress, `127.0.0.${n}`);
    }
    expect(await connectFrom('127.0.0.9')).toBe(101);
    expect(reached('http-connections')).toBe(1);
  });

  it('while strangers behind its own address hold all that one may have', async () => {
    await hold(HTTP_LIMITS.httpConnectionsPerAddress, '127.0.0.2', 'GET /');
    expect(await connectFrom('127.0.0.2')).toBe(101);
    expect(reached('http-connections-per-address')).toBe(1);
  });

  it('while strangers with wrong tokens knock too often, at its own address, too', async () => {
    const answers: number[] = [];
    for (let n = 0; n <= HTTP_LIMITS.refusalsAtOncePerAddress || answers.at(-1) !== 429; n += 1) {
      answers.push(await guess('127.0.0.2'));
    }
    expect(new Set(answers)).toEqual(new Set([401, 429]));
    expect(await connectFrom('127.0.0.2')).toBe(101);
    expect(reached('refusals-per-address')).toBeGreaterThan(0);
    expect(reached('handshakes-per-address')).toBe(0);
  });
});

/** What a wrong token gets. */
async function guess(localAddress: string): Promise<number> {
  const headers = {
    Authorization: 'Bearer wrong',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  const { port } = consumer;
  const outgoing = request({ host: '127.0.0.1', port, path: RELAY_PATH, localAddress, headers });
  const [response] = (await once(outgoing.end(), 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}
