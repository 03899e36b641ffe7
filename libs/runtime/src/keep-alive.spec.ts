import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { keepAlive, type PingableSocket, type Silence } from './keep-alive.js';

const INTERVAL_MS = 5000;

class FakeSocket extends EventEmitter implements PingableSocket {
  bytesRead = 0;
  isPaused = false;
  pings = 0;
  isTerminated = false;

  ping(): void {
    this.pings += 1;
  }

  terminate(): void {
    this.isTerminated = true;
    this.emit('close');
  }
}

/** A peer that is silent for two intervals is dead. */
class TwoIntervals implements Silence {
  #heardAt = performance.now();

  constructor(readonly intervalMs = INTERVAL_MS) {}

  heard(now: number): void {
    this.#heardAt = now;
  }

  check(now: number): 'ask' | 'dead' {
    return now - this.#heardAt >= 2 * this.intervalMs ? 'dead' : 'ask';
  }
}

describe('keepAlive', () => {
  let socket: FakeSocket;
  let deaths: number;

  beforeEach(() => {
    jest.useFakeTimers();
    socket = new FakeSocket();
    deaths = 0;
    keepAlive(socket, socket, new TwoIntervals(), () => {
      expect(socket.isTerminated).toBe(false);
      deaths += 1;
    });
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('asks a silent peer for a sign of life', () => {
    jest.advanceTimersByTime(INTERVAL_MS - 1);
    expect(socket.pings).toBe(0);
    jest.advanceTimersByTime(1);
    expect(socket.pings).toBe(1);
    expect(socket.isTerminated).toBe(false);
  });

  it('takes every byte for a sign of life: a frame may take long on a slow line', () => {
    for (let n = 1; n <= 10; n += 1) {
      socket.bytesRead += 1;
      jest.advanceTimersByTime(INTERVAL_MS);
      expect(socket.pings).toBe(n);
    }
    expect(socket.isTerminated).toBe(false);
  });

  it('says so and ends the connection when no answer comes, once', () => {
    jest.advanceTimersByTime(2 * INTERVAL_MS);
    expect(socket.isTerminated).toBe(true);
    expect(deaths).toBe(1);
    jest.advanceTimersByTime(10 * INTERVAL_MS);
    expect(deaths).toBe(1);
  });

  it('does not judge a peer that is not read, and does when it is again', () => {
    socket.isPaused = true;
    jest.advanceTimersByTime(10 * INTERVAL_MS);
    expect(socket.isTerminated).toBe(false);
    socket.isPaused = false;
    jest.advanceTimersByTime(2 * INTERVAL_MS);
    expect(socket.isTerminated).toBe(true);
  });

  it('leaves no timer behind when the connection is closed', () => {
    socket.emit('close');
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('keepAlive with real sockets', () => {
  let server: WebSocketServer;

  beforeEach(async () => {
    server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
  });

  afterEach(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });

  async function connect(): Promise<[WebSocket, WebSocket, Socket]> {
    const connected = once(server, 'connection') as Promise<[WebSocket, IncomingMessage]>;
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await once(client, 'open');
    const [accepted, { socket }] = await connected;
    return [client, accepted, socket];
  }

  it('ends a connection whose peer does not answer any more', async () => {
    const [client, accepted, transport] = await connect();
    client.pause(); // stands, and says nothing more
    const closed = once(accepted, 'close');
    let isDead = false;
    keepAlive(accepted, transport, new TwoIntervals(10), () => {
      isDead = true;
    });
    expect((await closed)[0]).toBe(1006);
    expect(isDead).toBe(true);
    client.terminate();
  });

  it('is answered by a peer that lives', async () => {
    const [client, accepted, transport] = await connect();
    const everAsking: Silence = { intervalMs: 1, heard: () => undefined, check: () => 'ask' };
    keepAlive(accepted, transport, everAsking, () => undefined);
    await once(accepted, 'pong');
    client.terminate();
    await once(accepted, 'close');
  });
});
