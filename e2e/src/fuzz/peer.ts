import { connect, type Socket } from 'node:net';
import { RELAY_PATH, SUB_PROTOCOL } from '@relay/contracts';
import { env } from '../stage.js';
import type { State, Tally } from './tally.js';
import { FrameReader, Opcode, type ReadFrame, writeFrame } from './wire.js';

/** The consumer did not answer what it has to answer; or it refused. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** What a valid answer may take, on a machine that has much to do. */
const ANSWER_MS = 15_000;
/** Whether there comes an answer to what is not valid shows within this time. */
export const REACTION_MS = 150;
const KEPT_ANSWERS = 256 * 1024;
const KEPT_FRAMES = 64;

/** Which attack a peer belongs to. */
export interface PeerOrigin {
  readonly tally: Tally;
  readonly strategy: string;
  readonly round: string;
}

/** One connection to the consumer, of which every byte is the attacker's own. */
export class Peer {
  state: State = 'tcp';
  /** Text and close frames of the consumer that nobody took. */
  readonly frames: ReadFrame[] = [];
  /** What came before there was a WebSocket. */
  answer = '';
  isOpen = true;
  /** Whether the consumer has said that it closes. */
  isClosing = false;
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #waiters = new Set<() => void>();
  #pongs = 0;
  #pings = 0;

  private constructor(
    port: number,
    address: string,
    private readonly origin: PeerOrigin,
  ) {
    this.#socket = connect({ port, host: '127.0.0.1', localAddress: address });
    this.#socket.on('error', () => undefined); // 'close' follows
    this.#socket.on('data', (chunk: Buffer) => {
      this.#read(chunk);
    });
    for (const event of ['connect', 'end', 'close', 'drain'] as const) {
      this.#socket.on(event, () => {
        if (event === 'end' || event === 'close') this.isOpen = false;
        this.#wake();
      });
    }
  }

  static async connect(port: number, address: string, origin: PeerOrigin): Promise<Peer> {
    const peer = new Peer(port, address, origin);
    await peer.#until(() => !peer.#socket.connecting || !peer.isOpen, ANSWER_MS);
    if (peer.#socket.connecting || !peer.isOpen) {
      peer.destroy();
      throw new NoAnswer('no TCP connection');
    }
    return peer;
  }

  /** Becomes a WebSocket in good order. */
  async upgrade(protocol: string | undefined = SUB_PROTOCOL): Promise<void> {
    this.write(upgradeRequest(protocol === '' ? {} : { 'Sec-WebSocket-Protocol': protocol }));
    await this.upgraded();
  }

  /** Waits for the head of an answer over HTTP, and gives what has come. */
  async answered(): Promise<string> {
    await this.#until(() => this.answer.includes('\r\n\r\n'), ANSWER_MS);
    return this.answer;
  }

  /** Waits for the consumer to agree to a WebSocket. */
  async upgraded(): Promise<void> {
    await this.#until(() => this.state !== 'tcp' && this.state !== 'upgrade', ANSWER_MS);
    if (this.state !== 'tcp' && this.state !== 'upgrade') return;
    const status = /^HTTP\/1.1 (\d+)/.exec(this.answer)?.[1];
    throw new NoAnswer(status === undefined ? 'no answer to an upgrade' : `HTTP ${status}`);
  }

  /**
   * Sends an input, and waits until the consumer has dealt with it: until it answers a ping behind it,
   * closes, or says nothing for a while because the input left it waiting for more.
   *
   * @returns whether the connection still stands
   */
  async try(input: Uint8Array, as: State = this.state): Promise<boolean> {
    if (!this.isOpen) return false;
    this.tryUnheard(input, as);
    await this.drained();
    if (this.state === 'tcp' || this.state === 'upgrade') {
      const before = this.answer.length;
      await this.#until(() => this.answer.length > before, REACTION_MS);
      return this.isOpen;
    }
    return this.roundTrip(REACTION_MS);
  }

  /** Sends an input and waits for nothing. */
  tryUnheard(input: Uint8Array, as: State = this.state): void {
    if (!this.isOpen) return;
    const { tally, strategy, round } = this.origin;
    tally.count(strategy, round, as, input);
    this.write(input);
  }

  /** Sends what is no input, but valid. */
  write(bytes: Uint8Array | string): void {
    if (this.isOpen) this.#socket.write(bytes);
  }

  writeText(text: string): void {
    this.write(writeFrame(Opcode.text, text));
  }

  /** Everything that was written is with the operating system. */
  async drained(): Promise<void> {
    if (this.#socket.writableNeedDrain) {
      await this.#until(() => !this.#socket.writableNeedDrain, ANSWER_MS);
    }
  }

  /** Everything that was sent is dealt with, if a ping is answered in time. */
  async roundTrip(timeoutMs = ANSWER_MS): Promise<boolean> {
    this.#pings += 1;
    const wanted = this.#pings;
    this.write(writeFrame(Opcode.ping, `fuzz-${wanted}`));
    await this.#until(() => this.#pongs >= wanted || this.isClosing, timeoutMs);
    return this.isOpen && !this.isClosing;
  }

  /**
   * Waits for a text frame of this event, and gives its text.
   *
   * @throws Error when it is not like `content`
   */
  async next(event: string, content = /^/): Promise<string> {
    const isIt = isEvent(event);
    await this.#until(() => this.frames.some(isIt) || this.isClosing, ANSWER_MS);
    const at = this.frames.findIndex(isIt);
    if (at === -1) throw new NoAnswer(`no ${event}${this.closeCode ? `, ${this.closeCode}` : ''}`);
    const frame =
      this.frames
        .splice(0, at + 1)
        .at(-1)
        ?.payload.toString() ?? '';
    if (!content.test(frame)) throw new Error(`${String(content)} expected, not ${frame}`);
    return frame;
  }

  /** Whether a text frame of this event came that nobody took. */
  hasHeard(event: string): boolean {
    return this.frames.some(isEvent(event));
  }

  /** The code of the close frame that came, if one did. */
  get closeCode(): number | undefined {
    const payload = this.frames.find(({ opcode }) => opcode === Opcode.close)?.payload;
    return payload === undefined || payload.length < 2 ? undefined : payload.readUInt16BE(0);
  }

  /** Reads nothing more, so that what the consumer says to it piles up. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Closes in good order, and waits until the consumer agrees. */
  async hangUp(): Promise<void> {
    this.write(writeFrame(Opcode.close, Buffer.from([0x03, 0xe9])));
    await this.#until(() => this.isClosing, ANSWER_MS);
    this.destroy();
  }

  /** Ends its half of the connection. */
  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    if (this.closeCode !== undefined) this.origin.tally.outcome(`closed with ${this.closeCode}`);
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.state === 'tcp' || this.state === 'upgrade') {
      this.answer = (this.answer + chunk.toString('latin1')).slice(0, KEPT_ANSWERS);
      const end = this.answer.indexOf('\r\n\r\n');
      if (end !== -1 && this.answer.startsWith('HTTP/1.1 101')) {
        this.state = 'opened';
        const rest = this.answer.slice(end + 4);
        if (rest !== '') this.#frames(Buffer.from(rest, 'latin1'));
      }
    } else {
      this.#frames(chunk);
    }
    this.#wake();
  }

  #frames(chunk: Buffer): void {
    for (const frame of this.#reader.push(chunk)) {
      if (frame.opcode === Opcode.pong) this.#pong(frame.payload.toString('latin1'));
      else if (frame.opcode === Opcode.ping) this.write(writeFrame(Opcode.pong, frame.payload));
      else {
        if (frame.opcode === Opcode.close) this.#closing();
        this.frames.push(frame);
        if (this.frames.length > KEPT_FRAMES) this.frames.shift();
      }
    }
  }

  #closing(): void {
    this.isClosing = true;
    if (this.state === 'greeted' || this.state === 'delivering') this.state = 'closing';
  }

  #pong(text: string): void {
    const [, number] = /^fuzz-(\d+)$/.exec(text) ?? [];
    if (number !== undefined) this.#pongs = Math.max(this.#pongs, Number(number));
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }

  /** Resolves when it is so, when the connection has ended, or when the time is over. */
  #until(isSo: () => boolean, timeoutMs: number): Promise<void> {
    if (isSo() || !this.isOpen) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(look);
        resolve();
      };
      const look = (): void => {
        if (isSo() || !this.isOpen) done();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#waiters.add(look);
    });
  }
}

function isEvent(event: string): (frame: ReadFrame) => boolean {
  return ({ opcode, payload }) => opcode === Opcode.text && payload.includes(`"event":"${event}"`);
}

/** The request of RFC 6455, section 4.1; `undefined` leaves a header out. */
export function upgradeRequest(
  headers: Readonly<Record<string, string | undefined>> = {},
  start = `GET ${RELAY_PATH} HTTP/1.1`,
): string {
  const { RELAY_TOKEN: token } = env;
  const all: Record<string, string | undefined> = {
    Host: 'localhost',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    // Attackers know it: without it there would not be much to try.
    Authorization: token === undefined ? undefined : `Bearer ${token}`,
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return `${[start, ...lines].join('\r\n')}\r\n\r\n`;
}
