import { once } from 'node:events';
import { createServer, type Server, type ServerOptions } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { boundHttp, type HttpBounds, type HttpLimit } from '@relay/runtime';
import { type Certificate, TestAuthority } from '@relay/testing';

let server: Server;
let reached: HttpLimit[];
let sockets: Socket[];

beforeEach(() => {
  reached = [];
  sockets = [];
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function listen(options: ServerOptions, bounds: Partial<HttpBounds> = {}): Promise<void> {
  server = createServer(options, (_, response) => response.end('hello'));
  server.on('upgrade', (_request, socket) => {
    sockets.push(socket as Socket);
    socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
  });
  boundHttp(server, { onReached: (limit) => reached.push(limit), ...bounds });
  await once(server.listen(0, '127.0.0.1'), 'listening');
}

function open(): Socket {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
}

/** What is heard on a connection until it ends. */
async function heardBy(socket: Socket): Promise<string> {
  return Buffer.concat((await socket.toArray()) as Buffer[]).toString();
}

/** The beginning of the answer to a request with these headers. */
async function ask(headers = ''): Promise<string> {
  const socket = connectTls({ socket: open(), rejectUnauthorized: false });
  socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return answer.toString();
}

describe('a server with TLS', () => {
  let certificate: Certificate;

  beforeAll(async () => {
    certificate = await (await TestAuthority.create()).issue();
  });

  it('ends a connection whose handshake does not come in time', async () => {
    await listen({ ...certificate, handshakeTimeout: 1 });
    expect(await heardBy(open())).toBe('');
    expect(reached).toEqual(['http-time']);
  });

  it('ends one that brings bytes that are no handshake', async () => {
    await listen(certificate);
    const socket = open();
    socket.write('GET / HTTP/1.1\r\n\r\n');
    expect(await heardBy(socket)).not.toContain('HTTP');
    expect(reached).toEqual([]);
  });

  it('counts a connection that became a WebSocket elsewhere', async () => {
    await listen(certificate, { limits: { httpConnections: 1 }, hasUpgrades: true });
    expect(await ask('Connection: Upgrade\r\nUpgrade: websocket\r\n')).toContain(' 101 ');
    expect(await ask()).toContain(' 200 ');
    expect(reached).toEqual([]);
  });

  it('ends the one that says nothing when another comes', async () => {
    await listen(certificate, { limits: { httpConnections: 1 } });
    const silent = open();
    await once(server, 'connection');
    expect(await ask()).toContain(' 200 ');
    expect(await heardBy(silent)).toBe('');
    expect(reached).toEqual(['http-connections']);
  });
});
