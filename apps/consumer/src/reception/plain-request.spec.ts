import 'reflect-metadata';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { Tokens } from '@relay/runtime';
import { answerPlainly } from './plain-request.js';
import { startConsumer } from './testing/consumer-under-test.js';

/** The whole answer to a request that would upgrade to this. */
async function answerOf(port: number, start: string, to: string, more = ''): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(
    `${start} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n` +
      `Upgrade: ${to}\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n${more}\r\n`,
  );
  return Buffer.concat((await socket.toArray()) as Buffer[]).toString();
}

it('a request that would upgrade to something else is answered as if it would not', async () => {
  const server = createServer((_request, response) => response.end('hello'));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    answerPlainly(server, request, socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const answer = await answerOf((server.address() as AddressInfo).port, 'GET /', 'h2c');
  expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  expect(answer).toContain('\r\nConnection: close\r\n');
  expect(answer).toMatch(/\r\nhello(\r\n0\r\n\r\n)?$/);
  server.close();
});

describe('the consumer', () => {
  it.each([
    ['a request for h2c as the plain one that it is', 'GET /nowhere', 'h2c', '', 'Cannot GET /no'],
    ['one for nothing that is known as well', 'GET /relay', 'foo, bar', '', 'Cannot GET /relay'],
    ['one with a body by what to leave out', 'POST /x', 'h2c', 'Content-Length: 2\r\n', '400 Bad'],
    ['one for a WebSocket, too, as that', 'GET /nowhere', 'h2c, websocket', '', 'no WebSocket at'],
    ['one for a WebSocket as that', 'GET /relay', 'WebSocket', '', '401 Unauthorized'],
  ])('answers %s', async (_, start, to, more, expected) => {
    const tokens = new Tokens({ relayToken: ['sesame'] });
    const consumer = await startConsumer({ admission: { tokens } });
    expect(await answerOf(consumer.port, start, to, more)).toContain(expected);
    await consumer.close();
  });
});
