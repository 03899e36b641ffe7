import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import {
  decodeFromLive,
  encodeLive,
  LIVE_PATH,
  type LiveFrame,
  type PageFrame,
  type Watch,
} from '@relay/contracts';
import { WebSocket } from 'ws';

type EventOf = LiveFrame['event'];
type DataOf<Event extends EventOf> = Extract<LiveFrame, { event: Event }>['data'];

/** A live page for specs: it queues every frame, so that none is missed. */
export class ViewerClient {
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #frames: LiveFrame[] = [];
  #wake: () => void = () => undefined;

  private constructor(private readonly socket: WebSocket) {
    socket.on('error', () => undefined); // 'close' follows
    socket.on('message', (bytes: Buffer) => {
      this.#frames.push(decodeFromLive(bytes.toString()));
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
      });
    });
  }

  /** Connects and says nothing. */
  static async open(port: number, headers: IncomingHttpHeaders = {}): Promise<ViewerClient> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${LIVE_PATH}`, { headers });
    const client = new ViewerClient(socket);
    await once(socket, 'open');
    return client;
  }

  /** Connects and watches. */
  static async watch(port: number, seen: Watch['seen'] = null): Promise<ViewerClient> {
    const client = await ViewerClient.open(port);
    client.say({ event: 'watch', data: { seen } });
    return client;
  }

  say(frame: PageFrame): void {
    this.send(encodeLive(frame));
  }

  /** Any frame, such as one that there is not. */
  send(frame: string | Uint8Array): void {
    this.socket.send(frame);
  }

  /** The next frame of this event; those of others before it are left out. */
  async next<Event extends EventOf>(event: Event): Promise<DataOf<Event>> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame?.event === event) return frame.data as DataOf<Event>;
      if (!frame) await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Reads nothing until `resume`. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Everything that was sent until now is read, at both ends. */
  async roundTrip(): Promise<void> {
    const pong = once(this.socket, 'pong');
    this.socket.ping();
    await pong;
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }
}

/** The HTTP status with which a request to become the page's WebSocket is answered; 101 when it becomes one. */
export async function statusOfUpgrade(
  port: number,
  headers: Record<string, string>,
  path = LIVE_PATH,
): Promise<number | undefined> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  socket.on('error', () => undefined);
  const opened = once(socket, 'open').then(() => 101);
  const refused = once(socket, 'unexpected-response').then(
    ([, response]) => (response as IncomingMessage).statusCode,
  );
  const status = await Promise.race([opened, refused]);
  socket.terminate();
  return status;
}
