import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { CHANNEL } from './channel.js';
import { blankPayload, NO_TIME, probePayload, writeSequence, writeTime } from './payload.js';

const BATCH_BYTES = 64 * 1024;
/** Batches that the socket may hold. */
const BATCHES = 4;
/** Twice as much as a batch: Redis takes the memory back of which less than half is used. */
const LARGE_COMMAND_BYTES = 2 * BATCH_BYTES;

/**
 * Publishes numbered messages as cheaply as it can be done: whole batches of PUBLISH, encoded once, of which
 * only the numbers are written anew. Redis answers nothing (CLIENT REPLY OFF), as nobody would read it.
 */
export class RedisFeed {
  /** The number of the message that was sent last; the first is 1. */
  sent = 0;
  /** Called when there is room again. */
  onRoom: () => void = () => undefined;
  #batches: Batches;

  private constructor(
    private readonly socket: Socket,
    payloadBytes: number,
  ) {
    this.#batches = batchesOf(payloadBytes);
  }

  static async connect(port: number, payloadBytes: number): Promise<RedisFeed> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    socket.write('CLIENT REPLY OFF\r\n');
    return new RedisFeed(socket, payloadBytes);
  }

  /** At the most in one `sendBatch`. */
  get batchMessages(): number {
    return this.#batches.messages;
  }

  /** The messages from here on are of this size. */
  resize(payloadBytes: number): void {
    this.#batches = batchesOf(payloadBytes);
  }

  /** Whether another batch may be sent; if not, `onRoom` will be called. */
  get hasRoom(): boolean {
    return this.#batches.free.length > 0;
  }

  /** Sends the next `count` messages, at the most `batchMessages`; needs room. */
  sendBatch(count: number, timeOfLast: number = NO_TIME): void {
    const { free, command, payloadAt } = this.#batches;
    const batch = free.pop();
    if (batch === undefined) throw new Error('no room: wait for onRoom');
    const stride = command.length;
    for (let at = payloadAt; at < count * stride; at += stride) {
      writeSequence(batch, at, ++this.sent);
    }
    const lastAt = (count - 1) * stride + payloadAt;
    writeTime(batch, lastAt, timeOfLast);
    this.socket.write(batch.subarray(0, count * stride), () => {
      writeTime(batch, lastAt, NO_TIME);
      free.push(batch);
      this.onRoom();
    });
  }

  /** Sends one message by itself, whether the socket has room or not: for low rates. */
  sendOne(time: number): void {
    const batches = this.#batches;
    const { command, payloadAt } = batches;
    writeSequence(command, payloadAt, ++this.sent);
    writeTime(command, payloadAt, time);
    this.socket.write(command);
    // what the network has not taken at once must not be written over; what it has is no garbage
    if (this.socket.writableLength > 0) batches.command = Buffer.from(command);
  }

  /**
   * Has Redis read whole batches: of a client that has sent nothing large of late it reads 16 KiB at once, and
   * has to write as little at once, so that at 4 KB it would be the limit.
   */
  openWide(): void {
    const ping = `*2\r\n$4\r\nPING\r\n$${LARGE_COMMAND_BYTES}\r\n`;
    this.socket.write(`${ping}${'.'.repeat(LARGE_COMMAND_BYTES)}\r\n`);
  }

  /** A message without a number. */
  probe(): void {
    this.socket.write(commandFor(probePayload(this.#batches.payloadBytes)));
  }

  close(): void {
    this.socket.destroy();
  }
}

/** A message of one size, and whole batches of it. */
interface Batches {
  readonly payloadBytes: number;
  readonly messages: number;
  /** One of them, to be written over. */
  command: Buffer;
  readonly payloadAt: number;
  /** Those that no socket holds. */
  readonly free: Buffer[];
}

function batchesOf(payloadBytes: number): Batches {
  const command = commandFor(blankPayload(payloadBytes));
  const messages = Math.max(1, Math.floor(BATCH_BYTES / command.length));
  const batch = Buffer.concat(Array<Buffer>(messages).fill(command));
  return {
    payloadBytes,
    messages,
    command,
    payloadAt: command.length - payloadBytes - '\r\n'.length,
    free: Array.from({ length: BATCHES }, () => Buffer.from(batch)),
  };
}

function commandFor(payload: Buffer): Buffer {
  const { length } = payload;
  const head = `*3\r\n$7\r\nPUBLISH\r\n$${CHANNEL.length}\r\n${CHANNEL}\r\n$${length}\r\n`;
  return Buffer.concat([Buffer.from(head), payload, Buffer.from('\r\n')]);
}
