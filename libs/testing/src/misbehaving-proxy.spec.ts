import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { freePort } from './free-port.js';
import { MisbehavingProxy } from './misbehaving-proxy.js';

/** Room for moving much data on a busy machine. */
jest.setTimeout(30_000);

const mebibyte = 1024 * 1024;
/** More than the kernel holds for the sockets between a client and a server that does not read. */
const moreThanTheKernelHolds = 128 * mebibyte;
/** A delay that no test outlives. */
const anHour = 3_600_000;

/** One end of a connection: what it got, and how it ended. */
class Peer {
  readonly chunks: Buffer[] = [];
  length = 0;
  /** Whether the other end has ended its side. */
  ended = false;
  /** Settles with the code of the error, or with nothing if the end was orderly. */
  readonly closed: Promise<string | undefined>;
  /**
   * Settles when nothing more comes, for whatever reason: a reset that arrives together with data
   * looks like an orderly end to Node.
   */
  readonly over: Promise<unknown>;
  #hasClosed = false;

  constructor(readonly socket: Socket) {
    let problem: string | undefined;
    socket.on('error', (error: NodeJS.ErrnoException) => (problem = error.code));
    socket.on('end', () => (this.ended = true));
    socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.length += chunk.length;
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#hasClosed = true;
        resolve(problem);
      });
    });
    this.over = Promise.race([this.closed, new Promise((resolve) => socket.once('end', resolve))]);
  }

  get received(): Buffer {
    return Buffer.concat(this.chunks);
  }

  /** Neither ended nor reset by the other end, as far as it knows. */
  get open(): boolean {
    return !this.#hasClosed && !this.ended;
  }

  /** Settles once it has got so many bytes in all. */
  async has(length: number): Promise<void> {
    while (this.length < length) await once(this.socket, 'data');
  }

  async connected(): Promise<this> {
    if (this.socket.connecting) await once(this.socket, 'connect');
    return this;
  }
}

/** Keeps what it gets, and says nothing by itself. */
class Host {
  readonly peers: Peer[] = [];
  readonly server: Server;

  constructor() {
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.peers.push(new Peer(socket));
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async listen(port = 0): Promise<void> {
    await once(this.server.listen(port, '127.0.0.1'), 'listening');
  }

  /** Its end of the so-manieth connection. */
  async peer(index: number): Promise<Peer> {
    for (;;) {
      const peer = this.peers[index];
      if (peer !== undefined) return peer;
      await once(this.server, 'connection');
    }
  }

  async close(): Promise<void> {
    for (const { socket } of this.peers) socket.destroy();
    if (this.server.listening) await once(this.server.close(), 'close');
  }
}

let host: Host;
let proxy: MisbehavingProxy;
let clients: Peer[];

beforeEach(async () => {
  clients = [];
  host = new Host();
  await host.listen();
  proxy = await MisbehavingProxy.start({ port: host.port });
});

afterEach(async () => {
  for (const { socket } of clients) socket.destroy();
  await proxy.stop();
  await host.close();
});

function dial(port = proxy.port): Peer {
  const peer = new Peer(connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }));
  clients.push(peer);
  return peer;
}

/** Both ends of a new connection, over which each has heard of the other. */
async function pair(port = proxy.port): Promise<{ client: Peer; server: Peer }> {
  const index = host.peers.length;
  const client = await dial(port).connected();
  const server = await host.peer(index);
  await roundTrip(client, server);
  return { client, server };
}

async function roundTrip(client: Peer, server: Peer): Promise<void> {
  const [atServer, atClient] = [server.length, client.length];
  client.socket.write('?');
  await server.has(atServer + 1);
  server.socket.write('!');
  await client.has(atClient + 1);
}

/** Enough going on beside the proxy for anything it would do at once to have been done. */
async function muchElseHappens(): Promise<void> {
  const { client, server } = await pair(host.port);
  const before = server.length;
  client.socket.write(Buffer.alloc(moreThanTheKernelHolds));
  await server.has(before + moreThanTheKernelHolds);
  for (let i = 0; i < 100; i += 1) await roundTrip(client, server);
}

test('passes bytes unchanged both ways', async () => {
  const { client, server } = await pair();
  const [question, answer] = [randomBytes(3 * mebibyte), randomBytes(3 * mebibyte)];
  client.socket.write(question);
  server.socket.write(answer);
  await Promise.all([server.has(1 + question.length), client.has(1 + answer.length)]);
  expect(server.received.subarray(1).equals(question)).toBe(true);
  expect(client.received.subarray(1).equals(answer)).toBe(true);
});

test('passes on that one side has ended, while the other still speaks', async () => {
  const { client, server } = await pair();
  const ended = once(server.socket, 'end');
  client.socket.end('the last word');
  await ended;
  expect(server.received.toString()).toBe('?the last word');
  server.socket.end('no, mine');
  expect(await client.closed).toBeUndefined();
  expect(client.received.toString()).toBe('!no, mine');
});

test('passes a reset on, in either direction', async () => {
  const [first, second] = [await pair(), await pair()];
  first.client.socket.resetAndDestroy();
  expect(await first.server.closed).toBe('ECONNRESET');
  second.server.socket.resetAndDestroy();
  expect(await second.client.closed).toBe('ECONNRESET');
});

test('holds a client back whose server does not read', async () => {
  const { client, server } = await pair();
  server.socket.pause();
  client.socket.write(Buffer.alloc(moreThanTheKernelHolds));
  await muchElseHappens();
  expect(client.socket.writableLength).toBeGreaterThan(0);
  server.socket.resume();
  await server.has(1 + moreThanTheKernelHolds);
});

test('holds a server back whose client does not read', async () => {
  const { client, server } = await pair();
  client.socket.pause();
  server.socket.write(Buffer.alloc(moreThanTheKernelHolds));
  await muchElseHappens();
  expect(server.socket.writableLength).toBeGreaterThan(0);
  client.socket.resume();
  await client.has(1 + moreThanTheKernelHolds);
});

test('counts the connections that stand, those there were, and the bytes', async () => {
  const first = await pair();
  await pair();
  expect(proxy).toMatchObject({ connections: 2, accepted: 2, refused: 0, bytesForwarded: 4 });
  first.client.socket.resetAndDestroy();
  await first.server.closed;
  await pair();
  expect(proxy).toMatchObject({ connections: 2, accepted: 3, refused: 0, bytesForwarded: 6 });
});

test('tells when so many connections have come', async () => {
  const third = proxy.waitForConnection(3);
  await pair();
  await proxy.waitForConnection(1);
  await pair();
  expect(proxy.accepted).toBe(2);
  dial();
  await third;
  expect(proxy.accepted).toBe(3);
});

test('destroys the connection of a client whose target is down, and leads to another', async () => {
  proxy.target = { port: await freePort() };
  const lost = dial();
  lost.socket.write('lost');
  expect(await lost.closed).toBe('ECONNRESET');
  expect(proxy).toMatchObject({ accepted: 1, connections: 0, bytesForwarded: 0 });
  proxy.target = { port: host.port, host: 'localhost' };
  await pair();
});

test('a cut resets both sides of every connection, and new ones work', async () => {
  const pairs = [await pair(), await pair()];
  expect(proxy.cut()).toBe(2);
  expect(proxy.connections).toBe(0);
  const ends = pairs.flatMap(({ client, server }) => [client.closed, server.closed]);
  expect(await Promise.all(ends)).toEqual(Array(4).fill('ECONNRESET'));
  await pair();
  expect(proxy).toMatchObject({ connections: 1, accepted: 3 });
});

test('a cut of a connection that has just come reaches the client', async () => {
  const client = dial();
  await proxy.waitForConnection(1);
  expect(proxy.cut()).toBe(1);
  expect(await client.closed).toBe('ECONNRESET');
});

test('cuts after so many bytes in the middle of the data', async () => {
  const { client, server } = await pair();
  const data = randomBytes(1000);
  const struck = proxy.cutAfter(701);
  client.socket.write(data.subarray(0, 300));
  await server.has(1 + 300);
  server.socket.write('these do not count'.repeat(100));
  client.socket.write(data.subarray(300));
  expect(await struck).toBe(1);
  await Promise.all([client.over, server.over]);
  expect(server.received.subarray(1).equals(data.subarray(0, 701))).toBe(true);
  await pair();
});

test('cuts after so many bytes of all connections together, those to come among them', async () => {
  const struck = proxy.cutAfter(5);
  const first = await pair();
  const second = await pair();
  first.client.socket.write('ab');
  await first.server.has(1 + 2);
  second.client.socket.write('cd');
  expect(await struck).toBe(2);
  await Promise.all([first.server.over, second.server.over]);
  expect([first.server.length, second.server.length]).toEqual([3, 2]);
});

test('does not cut any more once it passes again', async () => {
  const struck = proxy.cutAfter(3);
  const { client, server } = await pair();
  proxy.pass();
  expect(await struck).toBe(0);
  client.socket.write('more than three');
  await server.has(1 + 15);
  await roundTrip(client, server);
});

test('cuts only after whole bytes', () => {
  expect(() => proxy.cutAfter(0)).toThrow(RangeError);
  expect(() => proxy.cutAfter(1.5)).toThrow(RangeError);
});

test('a black hole lets nothing through and stays open, while a new connection works', async () => {
  const { client, server } = await pair();
  expect(proxy.blackHole()).toBe(1);
  client.socket.write('anybody there?');
  server.socket.write('anybody here?');
  const fresh = await pair();
  await roundTrip(fresh.client, fresh.server);
  await muchElseHappens();
  expect([client.length, server.length]).toEqual([1, 1]);
  expect([client.open, server.open]).toEqual([true, true]);
  expect(proxy).toMatchObject({ connections: 2, accepted: 2 });
  expect(proxy.blackHole()).toBe(1);
});

test('a black hole does not tell the other side that one has ended, or was reset', async () => {
  const [ended, reset, ofServer] = [await pair(), await pair(), await pair()];
  proxy.blackHole();
  ended.client.socket.end('good-bye');
  reset.client.socket.resetAndDestroy();
  ofServer.server.socket.resetAndDestroy();
  await muchElseHappens();
  expect([ended.server.open, reset.server.open, ofServer.client.open]).toEqual([true, true, true]);
  expect([ended.server.length, ended.client.open]).toEqual([1, true]);
});

test('a black hole keeps back what was said before the connection was made', async () => {
  const client = dial();
  client.socket.write('early');
  await proxy.waitForConnection(1);
  expect(proxy.blackHole()).toBe(1);
  const server = await host.peer(0);
  await muchElseHappens();
  expect(server.length).toBe(0);
});

test('passing again resets what fell into a black hole, and nothing else', async () => {
  const { client, server } = await pair();
  proxy.blackHole();
  const fresh = await pair();
  proxy.pass();
  expect(await client.closed).toBe('ECONNRESET');
  expect(await server.closed).toBe('ECONNRESET');
  expect(proxy.connections).toBe(1);
  await roundTrip(fresh.client, fresh.server);
});

test('a black hole swallows new connections, too, until it passes again', async () => {
  expect(proxy.blackHole({ newConnections: true })).toBe(0);
  const swallowed = await dial().connected();
  swallowed.socket.write('anybody there?');
  await proxy.waitForConnection(1);
  await muchElseHappens();
  expect(swallowed.open).toBe(true);
  const [direct] = host.peers;
  expect([host.peers.length, direct?.received.includes('anybody')]).toEqual([1, false]);
  proxy.pass();
  expect(await swallowed.closed).toBe('ECONNRESET');
  await pair();
  expect(proxy).toMatchObject({ connections: 1, accepted: 2 });
});

test('cuts after bytes that really went, not those that fell into a black hole', async () => {
  const { client, server } = await pair();
  server.socket.pause();
  const struck = proxy.cutAfter(moreThanTheKernelHolds);
  client.socket.write(Buffer.alloc(moreThanTheKernelHolds));
  await muchElseHappens();
  proxy.blackHole();
  const fresh = await pair();
  fresh.client.socket.write(Buffer.alloc(moreThanTheKernelHolds));
  expect(await struck).toBe(2);
  await Promise.all([client.over, fresh.server.over]);
});

test('a throttled connection gets everything, complete and in order', async () => {
  const { client, server } = await pair();
  proxy.throttle(2 * mebibyte);
  const data = randomBytes(mebibyte / 4);
  client.socket.write(data);
  await server.has(1 + data.length);
  expect(server.received.subarray(1).equals(data)).toBe(true);
});

test('a throttle holds the client back, but not the server, until it passes again', async () => {
  const { client, server } = await pair();
  proxy.throttle(1);
  client.socket.write(Buffer.alloc(moreThanTheKernelHolds));
  server.socket.write(Buffer.alloc(moreThanTheKernelHolds));
  await client.has(1 + moreThanTheKernelHolds);
  expect(client.socket.writableLength).toBeGreaterThan(0);
  proxy.pass();
  await server.has(1 + moreThanTheKernelHolds);
});

test('a throttle does not count what went before', async () => {
  const { client, server } = await pair();
  client.socket.write(Buffer.alloc(moreThanTheKernelHolds));
  await server.has(1 + moreThanTheKernelHolds);
  proxy.throttle(mebibyte);
  await roundTrip(client, server);
});

test('throttles to some bytes a second at least', () => {
  expect(() => proxy.throttle(0)).toThrow(RangeError);
});

test('what is delayed comes complete, in order and with the end after it', async () => {
  const { client, server } = await pair();
  proxy.delay(2);
  const [question, answer] = [randomBytes(3 * mebibyte), randomBytes(3 * mebibyte)];
  const closed = Promise.all([client.closed, server.closed]);
  client.socket.end(question);
  server.socket.end(answer);
  expect(await closed).toEqual([undefined, undefined]);
  expect(server.received.subarray(1).equals(question)).toBe(true);
  expect(client.received.subarray(1).equals(answer)).toBe(true);
});

test('what is delayed has not come yet, and comes at once when it passes again', async () => {
  const { client, server } = await pair();
  proxy.delay(anHour);
  client.socket.write('one,');
  server.socket.write('two,');
  const fresh = await dial().connected();
  fresh.socket.end('three');
  const freshServer = await host.peer(1);
  await muchElseHappens();
  expect([server.length, client.length, freshServer.length]).toEqual([1, 1, 0]);
  expect(freshServer.open).toBe(true);
  client.socket.write('four');
  proxy.pass();
  await Promise.all([server.has(1 + 8), client.has(1 + 4), freshServer.has(5)]);
  expect(server.received.toString()).toBe('?one,four');
  expect(client.received.toString()).toBe('!two,');
  expect(freshServer.received.toString()).toBe('three');
});

test('a delay holds a client back that sends more than it keeps', async () => {
  const { client, server } = await pair();
  proxy.delay(anHour);
  client.socket.write(Buffer.alloc(moreThanTheKernelHolds));
  await muchElseHappens();
  expect(client.socket.writableLength).toBeGreaterThan(0);
  proxy.pass();
  await server.has(1 + moreThanTheKernelHolds);
});

test('refuses new connections and cuts those that stand, until it passes again', async () => {
  const { client, server } = await pair();
  expect(proxy.refuse()).toBe(1);
  expect(await client.closed).toBe('ECONNRESET');
  expect(await server.closed).toBe('ECONNRESET');
  expect(await dial().closed).toBe('ECONNRESET');
  const another = proxy.waitForRefusal(2);
  expect(await dial().closed).toBe('ECONNRESET');
  await another;
  expect(proxy).toMatchObject({ connections: 0, accepted: 1, refused: 2 });
  proxy.pass();
  await pair();
  expect([proxy.accepted, host.peers.length]).toEqual([2, 2]);
});

test('stopping ends every connection and every wait, and frees the port', async () => {
  const { client, server } = await pair();
  const dead = await pair();
  proxy.blackHole();
  const fresh = await pair();
  const struck = proxy.cutAfter(1);
  const waits = Promise.allSettled([proxy.waitForConnection(4), proxy.waitForRefusal(1)]);
  await proxy.stop();
  await proxy.stop();
  expect(await struck).toBe(0);
  expect((await waits).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(proxy.waitForConnection(4)).rejects.toThrow('stopped');
  const peers = [client, server, dead.client, dead.server, fresh.client, fresh.server];
  for (const { socket } of peers) socket.end();
  await Promise.all(peers.map(({ closed }) => closed));
  expect(proxy.connections).toBe(0);
  expect(await dial().closed).toBe('ECONNREFUSED');
});
