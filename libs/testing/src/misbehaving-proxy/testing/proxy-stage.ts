import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { MisbehavingProxy } from '../misbehaving-proxy.js';

export const MEBIBYTE = 1024 * 1024;
/** More than the kernel holds for the sockets between a client and a server that does not read. */
export const MORE_THAN_THE_KERNEL_HOLDS = 128 * MEBIBYTE;

/** One end of a connection: what it got, and how it ended. */
export class Peer {
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
export class Host {
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

/** Both ends of a connection. */
export interface Pair {
  readonly client: Peer;
  readonly server: Peer;
}

/** A host, a proxy that leads to it, and the clients of both. */
export class ProxyStage {
  readonly #clients: Peer[] = [];

  private constructor(
    readonly host: Host,
    readonly proxy: MisbehavingProxy,
  ) {}

  static async open(): Promise<ProxyStage> {
    const host = new Host();
    await host.listen();
    return new ProxyStage(host, await MisbehavingProxy.start({ port: host.port }));
  }

  dial(port = this.proxy.port): Peer {
    const peer = new Peer(connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }));
    this.#clients.push(peer);
    return peer;
  }

  /** Both ends of a new connection, over which each has heard of the other. */
  async pair(port = this.proxy.port): Promise<Pair> {
    const index = this.host.peers.length;
    const client = await this.dial(port).connected();
    const server = await this.host.peer(index);
    await roundTrip({ client, server });
    return { client, server };
  }

  /** Enough going on beside the proxy for anything it would do at once to have been done. */
  async muchElseHappens(): Promise<void> {
    const { client, server } = await this.pair(this.host.port);
    const before = server.length;
    client.socket.write(Buffer.alloc(MORE_THAN_THE_KERNEL_HOLDS));
    await server.has(before + MORE_THAN_THE_KERNEL_HOLDS);
    for (let i = 0; i < 100; i += 1) await roundTrip({ client, server });
  }

  async clear(): Promise<void> {
    for (const { socket } of this.#clients) socket.destroy();
    await this.proxy.stop();
    await this.host.close();
  }
}

/** A byte there, a byte back. */
export async function roundTrip({ client, server }: Pair): Promise<void> {
  const [atServer, atClient] = [server.length, client.length];
  client.socket.write('?');
  await server.has(atServer + 1);
  server.socket.write('!');
  await client.has(atClient + 1);
}
