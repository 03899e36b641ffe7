import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { boundHttp, type HttpBounds } from './bound-http.js';
import { HTTP_LIMITS, type HttpLimit } from './http-limits.js';
import { secureHeaders } from './secure-headers.js';

let server: Server;
let reached: HttpLimit[];
let sockets: Socket[];

beforeEach(() => {
  reached = [];
  sockets = [];
  server = createServer((request, response) => {
    secureHeaders()(request, response, () => {
      response.end('hello');
    });
  });
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function listen(bounds: Partial<HttpBounds> = {}): Promise<void> {
  boundHttp(server, { onReached: (limit) => reached.push(limit), ...bounds });
  await once(server.listen(0, '127.0.0.1'), 'listening');
}

/** What is heard on a connection until it ends. */
async function heardBy(socket: Socket): Promise<string> {
  return Buffer.concat((await socket.toArray()) as Buffer[]).toString();
}

function open(): Socket {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
}

async function opened(): Promise<Socket> {
  const accepted = once(server, 'connection');
  const socket = open();
  await accepted;
  return socket;
}

/** It is answered on this connection. */
async function ask(socket: Socket): Promise<string> {
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return answer.toString();
}

describe('a request', () => {
  it('whose headers do not come in time is answered with 408, and its connection ends', async () => {
    await listen({ limits: { headersMs: 1 } });
    const socket = open();
    socket.write('GET / HTTP/1.1\r\nHost: loc');
    expect(await heardBy(socket)).toMatch(/^HTTP\/1.1 408 /);
    expect(reached).toEqual(['http-time']);
  });

  it('that nobody goes on with while it is answered ends', async () => {
    server.removeAllListeners('request');
    await listen();
    server.on('request', ({ socket: peer }) => peer.setTimeout(1));
    const socket = open();
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await heardBy(socket)).toBe('');
    expect(reached).toEqual(['http-time']);
  });

  it('that never begins ends in the same way', async () => {
    await listen({ limits: { headersMs: 1 } });
    expect(await heardBy(open())).toMatch(/^HTTP\/1.1 408 /);
  });

  it('whose headers are too large is answered with 431', async () => {
    await listen();
    const socket = open();
    socket.write(`GET / HTTP/1.1\r\nX: ${'x'.repeat(HTTP_LIMITS.headerBytes)}\r\n\r\n`);
    expect(await heardBy(socket)).toMatch(/^HTTP\/1.1 431 /);
    expect(reached).toEqual(['http-header-size']);
  });

  it('that is none is answered with 400', async () => {
    await listen();
    const socket = open();
    socket.write('hello\r\n\r\n');
    expect(await heardBy(socket)).toMatch(/^HTTP\/1.1 400 /);
    expect(reached).toEqual([]);
  });

  it('has the time, and the number of headers, that the table says', async () => {
    await listen();
    expect(server).toMatchObject({
      headersTimeout: HTTP_LIMITS.headersMs,
      requestTimeout: HTTP_LIMITS.requestMs,
      keepAliveTimeout: HTTP_LIMITS.keepAliveMs,
      timeout: HTTP_LIMITS.idleMs,
      maxHeadersCount: HTTP_LIMITS.headers,
    });
  });
});

describe('a connection', () => {
  it('beyond the limit of its address takes the place of the oldest that is silent', async () => {
    await listen({ limits: { httpConnectionsPerAddress: 1 } });
    const first = await opened();
    const second = await opened();
    expect(await heardBy(first)).toBe('');
    expect(reached).toEqual(['http-connections-per-address']);
    expect(await ask(second)).toMatch(/^HTTP\/1.1 200 /);
  });

  it('beyond the limit in all does the same', async () => {
    await listen({ limits: { httpConnections: 1 } });
    const first = await opened();
    const second = await opened();
    expect(await heardBy(first)).toBe('');
    expect(reached).toEqual(['http-connections']);
    expect(await ask(second)).toMatch(/^HTTP\/1.1 200 /);
  });

  it('that is being answered is not the one that goes', async () => {
    server.removeAllListeners('request');
    const asked = once(server, 'request') as Promise<[unknown, ServerResponse]>;
    await listen({ limits: { httpConnections: 2 } });
    const answered = await opened();
    answered.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [, response] = await asked;
    const silent = await opened();
    await opened();
    expect(await heardBy(silent)).toBe('');
    response.end('hello');
    expect((await once(answered, 'data')).join('')).toMatch(/^HTTP\/1.1 200 /);
  });

  it('makes room when it ends', async () => {
    await listen({ limits: { httpConnections: 1 } });
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const first = open();
    const [peer] = await accepted;
    const gone = once(peer, 'close');
    first.destroy();
    await gone;
    expect(await ask(await opened())).toMatch(/^HTTP\/1.1 200 /);
  });

  it('of a proxy may be one of many', async () => {
    const isExempt = (address: string): boolean => address === '127.0.0.1';
    await listen({ limits: { httpConnectionsPerAddress: 1 }, isExempt });
    await opened();
    expect(await ask(await opened())).toMatch(/^HTTP\/1.1 200 /);
  });

  it('that became a WebSocket is counted elsewhere, and one that became nothing else is not', async () => {
    server.on('upgrade', (_request, socket) => {
      sockets.push(socket as Socket);
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    });
    await listen({ limits: { httpConnections: 1 }, hasUpgrades: true });
    const first = await opened();
    first.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await once(first, 'data');
    const second = await opened();
    second.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
    await once(second, 'data');
    expect(reached).toEqual([]);
    expect(await ask(await opened())).toMatch(/^HTTP\/1.1 200 /);
    expect(reached).toEqual(['http-connections']);
  });
});

describe('an answer', () => {
  it('has the headers that a web service should have, and none that says what it is made with', async () => {
    await listen();
    const { port } = server.address() as AddressInfo;
    const { headers } = await fetch(`http://127.0.0.1:${port}/`);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none';base-uri 'none'",
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    for (const name of ['server', 'x-powered-by', 'strict-transport-security']) {
      expect(headers.has(name)).toBe(false);
    }
  });
});
