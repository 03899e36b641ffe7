import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { decodeBinary, encodeControl, SUB_PROTOCOL, type Welcome } from '@relay/contracts';
import type { Random } from './random.js';
import type { State, Tally } from './tally.js';
import { FrameReader, Opcode, type ReadFrame, writeFrame } from './wire.js';

/** What one visit of a publisher comes to. */
export interface Malice {
  readonly name: string;
  /** Begins when the publisher has said hello. */
  act(visit: Visit): Promise<void>;
}

export function malice(name: string, act: Malice['act']): Malice {
  return { name, act };
}

/** What a publisher takes to deal with a frame, if it answers at all. */
const HEARD_MS = 2_000;

/** One connection of a publisher to a consumer that means it no good. */
export class Visit {
  state: State = 'opened';
  /** The offset of the last entry that it delivered. */
  delivered = '0-0';
  isOpen = true;
  readonly #reader = new FrameReader();
  readonly #waiters = new Set<() => void>();
  #heard = 0;

  constructor(
    private readonly socket: Socket,
    readonly random: Random,
    /** What the consumer at this place calls itself, every time. */
    readonly consumer: string,
    private readonly tally: Tally,
    private readonly strategy: string,
  ) {
    socket.on('data', (chunk: Buffer) => {
      for (const frame of this.#reader.push(chunk)) this.#take(frame);
      this.#wake();
    });
    socket.on('close', () => {
      this.isOpen = false;
      this.#wake();
    });
  }

  /** Sends an input, and waits until the publisher has dealt with it; gives whether it still listens. */
  async try(input: Uint8Array): Promise<boolean> {
    if (!this.isOpen) return false;
    this.tally.count(this.strategy, this.consumer, this.state, input);
    const before = this.#heard;
    this.socket.write(Buffer.concat([input, writeFrame(Opcode.ping, 'fuzz', { masked: false })]));
    await this.#until(() => this.#heard > before);
    return this.#isListening;
  }

  text(value: unknown): Promise<boolean> {
    return this.try(writeFrame(Opcode.text, JSON.stringify(value), { masked: false }));
  }

  /** Says welcome; with `changes` it is an input. */
  async welcome(changes: Partial<Welcome> = {}): Promise<void> {
    const window = { entries: 500, bytes: 65_536 };
    const data = { consumer: this.consumer, position: null, window, maxEntryBytes: 1_000, ...changes }; // prettier-ignore
    const frame = writeFrame(Opcode.text, encodeControl({ event: 'welcome', data }), {
      masked: false,
    });
    const isForged = Object.keys(changes).length > 0;
    if (isForged) this.tally.count(this.strategy, this.consumer, this.state, frame);
    this.socket.write(frame);
    await this.#until(() => this.delivered !== '0-0');
    if (this.state === 'opened') this.state = this.delivered === '0-0' ? 'greeted' : 'delivering';
  }

  /** Acknowledges everything, as if it had handled it. */
  ack(cursor = this.delivered): Promise<boolean> {
    return this.text({ event: 'ack', data: { cursor } });
  }

  end(): void {
    this.socket.destroy();
  }

  #take({ opcode, payload }: ReadFrame): void {
    if (opcode === Opcode.pong) this.#heard += 1;
    if (opcode === Opcode.ping)
      this.socket.write(writeFrame(Opcode.pong, payload, { masked: false }));
    if (opcode === Opcode.close) {
      this.tally.outcome(`publisher closed with ${payload.length < 2 ? 'nothing' : payload.readUInt16BE(0)}`); // prettier-ignore
      this.state = this.state === 'opened' ? 'opened' : 'closing';
      this.isOpen = false;
      this.socket.end();
    }
    if (opcode !== Opcode.binary) return;
    const frame = decodeBinary(payload);
    if (frame.event === 'deliver') this.delivered = frame.data.entries.at(-1)?.offset ?? '0-0';
  }

  get #isListening(): boolean {
    return this.isOpen && this.state !== 'closing';
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }

  #until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isSo() && this.isOpen) return;
        clearTimeout(timer);
        this.#waiters.delete(look);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(look);
        resolve();
      }, HEARD_MS);
      this.#waiters.add(look);
      look();
    });
  }
}

/** A server that says it is many consumers, one at each path, all of which are up to something. */
export class EvilConsumer {
  readonly findings: string[] = [];
  #visits = 0;
  #visitsOver = 0;
  readonly #events = new EventEmitter();

  private constructor(
    private readonly server: Server,
    private readonly malices: readonly Malice[],
    private readonly tally: Tally,
    private readonly random: Random,
  ) {
    server.on('connection', (socket) => {
      socket.on('error', () => undefined); // 'close' follows
      void this.#receive(socket);
    });
  }

  static async start(
    malices: readonly Malice[],
    tally: Tally,
    random: Random,
  ): Promise<EvilConsumer> {
    const server = createServer();
    const consumer = new EvilConsumer(server, malices, tally, random);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return consumer;
  }

  /** Addresses of so many consumers, for a publisher. */
  urls(count: number): string[] {
    const { port } = this.server.address() as AddressInfo;
    return Array.from({ length: count }, (_, n) => `ws://127.0.0.1:${port}/relay/${n}`);
  }

  /** Resolves when so many visits are over. */
  async visited(times: number): Promise<void> {
    while (this.#visitsOver < times) await once(this.#events, 'over');
  }

  stop(): void {
    this.server.close();
  }

  async #receive(socket: Socket): Promise<void> {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    const request = chunk.toString('latin1');
    const key = /sec-websocket-key: *(\S+)/i.exec(request)?.[1] ?? '';
    const place = /\/relay\/(\d+)/.exec(request)?.[1] ?? '';
    // One after the other, so that each comes up in a short run, too.
    const malice = this.malices[this.#visits++ % this.malices.length];
    if (malice === undefined) return;
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Accept: ${acceptOf(key)}\r\nSec-WebSocket-Protocol: ${SUB_PROTOCOL}\r\n\r\n`,
    );
    const visit = new Visit(socket, this.random, `evil-${place}`, this.tally, malice.name);
    try {
      await malice.act(visit);
    } catch (error) {
      this.findings.push(`${malice.name}: ${String(error)}`);
    }
    visit.end();
    this.#visitsOver += 1;
    this.#events.emit('over');
  }
}

/** RFC 6455, section 4.2.2. */
function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
