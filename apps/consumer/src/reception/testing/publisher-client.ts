import { once } from 'node:events';
import {
  type ConsumerFrame,
  type Deliver,
  decodeFromConsumer,
  encodeControl,
  encodeDeliver,
  type Entry,
  type Hello,
  type MessageEntry,
  RELAY_PATH,
  type Status,
  SUB_PROTOCOL,
  type Welcome,
} from '@relay/contracts';
import { WebSocket } from 'ws';

type EventOf = ConsumerFrame['event'];
type DataOf<Event extends EventOf> = Extract<ConsumerFrame, { event: Event }>['data'];

/** How a connection was closed. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A publisher for specs, which says what it is told to: it queues every frame, so that none is missed. */
export class PublisherClient {
  /** Frames that nobody took yet, the oldest first. */
  readonly frames: ConsumerFrame[] = [];
  readonly closed: Promise<Closed>;
  readonly #socket: WebSocket;
  #wake: () => void = () => undefined;
  #closed: Closed | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('error', () => undefined); // 'close' follows
    socket.on('message', (bytes: Buffer) => {
      const frame = decodeFromConsumer(bytes);
      if (frame.event === 'unknown') throw new Error(`the consumer sent ${frame.data}`);
      this.frames.push(frame);
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.#closed = { code, reason: reason.toString() };
        resolve(this.#closed);
        this.#wake();
      });
    });
  }

  /** Connects and says nothing. */
  static async open(port: number): Promise<PublisherClient> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${RELAY_PATH}`, SUB_PROTOCOL);
    const client = new PublisherClient(socket);
    await once(socket, 'open');
    return client;
  }

  /** Connects, says hello, takes the welcome, and comes in by its first status. */
  static async greet(
    port: number,
    hello: Partial<Hello> = {},
  ): Promise<{ client: PublisherClient; welcome: Welcome }> {
    const client = await PublisherClient.open(port);
    client.hello(hello);
    const welcome = await client.next('welcome');
    client.status();
    await client.roundTrip();
    return { client, welcome };
  }

  hello(changes: Partial<Hello> = {}): void {
    const outbox = { id: 'box', oldest: '0-1', next: '0-1000000' };
    const data = { publisher: 'p', process: 'process', connection: 1, outbox, ...changes };
    this.send(encodeControl({ event: 'hello', data }));
  }

  deliver(deliver: Deliver): void {
    this.send(encodeDeliver(deliver));
  }

  status(changes: Partial<Status> = {}): void {
    const data = { at: 0, subscribed: true, since: 0, waiting: 0, heardUntil: null, ...changes };
    this.send(encodeControl({ event: 'status', data }));
  }

  goodbye(subscriptionEndedAt: number | null): void {
    this.send(encodeControl({ event: 'goodbye', data: { subscriptionEndedAt } }));
  }

  /** Any frame, such as one that the protocol does not allow. */
  send(frame: string | Uint8Array): void {
    this.#socket.send(frame);
  }

  /** The oldest frame that nobody took, which has to be of this event. */
  async next<Event extends EventOf>(event: Event): Promise<DataOf<Event>> {
    while (this.frames.length === 0) {
      if (this.#closed) throw new Error(`closed with ${this.#closed.code} ${this.#closed.reason}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const frame = this.frames.shift();
    if (frame?.event !== event) throw new Error(`${event} expected, not ${JSON.stringify(frame)}`);
    return frame.data as DataOf<Event>;
  }

  /** Takes acknowledgements until there is one of `cursor`; gives all of them. */
  async acknowledged(cursor: string): Promise<string[]> {
    const cursors: string[] = [];
    while (cursors.at(-1) !== cursor) cursors.push((await this.next('ack')).cursor);
    return cursors;
  }

  /** Everything that was sent until now is read, and what was said to it at once is here. */
  async roundTrip(): Promise<void> {
    const pong = once(this.#socket, 'pong');
    this.#socket.ping();
    await pong;
  }

  /** Ends the connection without a goodbye, and without the handshake of closing. */
  async vanish(): Promise<void> {
    this.#socket.terminate();
    await this.closed;
  }

  async close(code?: number): Promise<void> {
    this.#socket.close(code);
    await this.closed;
  }
}

/** The message `0-n`. */
export function messageEntry(n: number, payload: string | Uint8Array = `m${n}`): MessageEntry {
  const receivedAt = 1_700_000_000_000;
  const bytes = Buffer.from(payload);
  return {
    kind: 'message',
    offset: `0-${n}`,
    channel: 'test_websocket',
    payload: bytes,
    receivedAt,
  };
}

/** The first entry of an outbox in memory, which ends at its first SUBSCRIBE. */
export function startEntry(to: number): Entry {
  return { kind: 'gap', offset: '0-1', reason: 'start', from: null, to, count: null };
}

/** A frame with the messages `0-from` to `0-to`. */
export function delivery(from: number, to = from): Deliver {
  const entries = Array.from({ length: to - from + 1 }, (_, index) => messageEntry(from + index));
  return { after: `0-${from - 1}`, entries };
}
