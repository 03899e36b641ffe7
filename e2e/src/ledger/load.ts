import { connect, type Socket } from 'node:net';
import type { Published } from './published.js';

const PER_SECOND = 2_000;
const TICK_MS = 10;
/** While Redis owes so many answers, nothing more is asked of it: a frozen one gets no flood. */
const MAX_OWED = 2_000;
/** What a stalled tick may catch up on. */
const MAX_TICKS_AT_ONCE = 10;

/** Publishes numbered messages, 2,000 a second, on one connection, and writes down what Redis says. */
export class Load {
  #socket: Socket | undefined;
  #isConnected = false;
  #unfinished = '';
  /** Sent and not answered on the connection that stands. */
  #owed: number[] = [];
  #paidUntil = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #onIdle: (() => void) | undefined;

  constructor(
    private readonly redisPort: number,
    private readonly published: Published,
    private readonly channel = 'test_websocket',
    private readonly perSecond = PER_SECOND,
  ) {}

  start(): void {
    this.#connect();
    this.#paidUntil = performance.now();
    this.#timer = setInterval(() => {
      this.#tick();
    }, TICK_MS);
  }

  /** Publishes no more, and waits for the answers that Redis owes. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#owed.length > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    this.#socket?.destroy();
  }

  /** Publishes no more, whatever is owed. */
  abandon(): void {
    clearInterval(this.#timer);
    this.#socket?.destroy();
  }

  #connect(): void {
    const socket = connect(this.redisPort, '127.0.0.1');
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('connect', () => {
      this.#isConnected = true;
    });
    socket.on('data', (text: Buffer | string) => {
      this.#read(text.toString());
    });
    // `close` tells of a failure, too.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#isConnected = false;
      this.#unfinished = '';
      for (const n of this.#owed) this.published.unknown(n);
      this.#owed = [];
      this.#answered();
    });
  }

  #tick(): void {
    const now = performance.now();
    const due = Math.floor(((now - this.#paidUntil) * this.perSecond) / 1_000);
    if (this.#socket?.destroyed) this.#connect();
    if (!this.#isConnected || this.#owed.length >= MAX_OWED) {
      this.#paidUntil = now;
      return;
    }
    this.#paidUntil += (due * 1_000) / this.perSecond;
    const most = Math.ceil((MAX_TICKS_AT_ONCE * TICK_MS * this.perSecond) / 1_000);
    const numbers = Array.from({ length: Math.min(due, most) }, () => this.published.send());
    if (numbers.length === 0) return;
    this.#owed.push(...numbers);
    this.#socket?.write(numbers.map((n) => `PUBLISH ${this.channel} ${n}\r\n`).join(''));
  }

  #read(text: string): void {
    const lines = (this.#unfinished + text).split('\r\n');
    this.#unfinished = lines.pop() ?? '';
    const numbers = this.#owed.splice(0, lines.length);
    for (const [index, n] of numbers.entries()) {
      const line = lines[index] ?? '';
      if (line.startsWith(':')) this.published.taken(n, Number(line.slice(1)));
      else this.published.refused(n);
    }
    this.#answered();
  }

  #answered(): void {
    if (this.#owed.length === 0) this.#onIdle?.();
  }
}
