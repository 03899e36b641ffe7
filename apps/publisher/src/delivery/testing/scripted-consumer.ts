import { EventEmitter, once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import {
  type ConsumerFrame,
  decodeBinary,
  decodeFromPublisher,
  type Deliver,
  encodeControl,
  type Entry,
  type PublisherFrame,
  SUB_PROTOCOL,
  type UnknownFrame,
  type Welcome,
} from '@relay/contracts';
import { type WebSocket, WebSocketServer } from 'ws';

type Heard = PublisherFrame | UnknownFrame | { event: 'deliver'; data: Deliver };
type DataOf<E> = Extract<Heard, { event: E }>['data'];

const GENEROUS: Welcome = {
  consumer: 'consumer',
  position: null,
  window: { entries: 1000, bytes: 1024 * 1024 },
  maxEntryBytes: 1024 * 1024,
};

/** For specs: a consumer that does nothing but what the test says. Every frame that comes is queued. */
export class ScriptedConsumer {
  readonly #connections: ScriptedConnection[] = [];
  readonly #events = new EventEmitter();

  private constructor(private readonly server: WebSocketServer) {
    server.on('connection', (socket, { socket: transport }) => {
      this.#connections.push(new ScriptedConnection(socket, transport));
      this.#events.emit('connection');
    });
  }

  /** One that takes connections from a server of the test's own, which listens. */
  static on(server: Server): ScriptedConsumer {
    return new ScriptedConsumer(
      new WebSocketServer({ server, handleProtocols: () => SUB_PROTOCOL }),
    );
  }

  static async start(port = 0): Promise<ScriptedConsumer> {
    const handleProtocols = (): string => SUB_PROTOCOL;
    const server = new WebSocketServer({ host: '127.0.0.1', port, handleProtocols });
    await once(server, 'listening');
    return new ScriptedConsumer(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/relay`;
  }

  /** The n-th connection that was ever made, from 1. */
  async connection(n: number): Promise<ScriptedConnection> {
    for (;;) {
      const connection = this.#connections[n - 1];
      if (connection) return connection;
      await once(this.#events, 'connection');
    }
  }

  async stop(): Promise<void> {
    for (const client of this.server.clients) client.terminate();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** One connection of a publisher. */
export class ScriptedConnection {
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #frames: Heard[] = [];
  readonly #events = new EventEmitter();

  constructor(
    readonly socket: WebSocket,
    private readonly transport: Socket,
  ) {
    socket.on('message', (bytes: Buffer, isBinary: boolean) => {
      this.#frames.push(isBinary ? decodeBinary(bytes) : decodeFromPublisher(bytes));
      this.#events.emit('frame');
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
      });
    });
  }

  /** The next frame with this event; what comes before it is let go. */
  async next<E extends Heard['event']>(event: E): Promise<DataOf<E>> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame?.event === event) return frame.data as DataOf<E>;
      if (frame === undefined) await once(this.#events, 'frame');
    }
  }

  /** The entries of as many deliver frames as it takes to have `count` of them. */
  async entries(count: number): Promise<Entry[]> {
    const entries: Entry[] = [];
    while (entries.length < count) entries.push(...(await this.next('deliver')).entries);
    return entries;
  }

  send(frame: ConsumerFrame): void {
    this.socket.send(encodeControl(frame));
  }

  /** Waits for the hello and answers it. */
  async welcome(answer: Partial<Welcome> = {}): Promise<void> {
    await this.next('hello');
    this.send({ event: 'welcome', data: { ...GENEROUS, ...answer } });
  }

  /** Several go in one piece. */
  ack(...cursors: string[]): void {
    this.transport.cork();
    for (const cursor of cursors) this.send({ event: 'ack', data: { cursor } });
    this.transport.uncork();
  }
}
