import {
  connect as connectTcp,
  type OnReadOpts,
  type Socket,
  type TcpNetConnectOpts,
} from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';
import { MAX_PUSH_BYTES, RespPushes, type StreamParts } from './resp-pushes.js';

/** What is read at once, at the most. */
const READ_BYTES = 128 * 1024;

const NOTHING = Buffer.alloc(0);

/** So often at the most; each costs as much as taking in a message. */
const SIGN_OF_LIFE_MS = 100;

/** What a connector tells. */
export interface PushListener {
  /** A message was published. The payload is a view, good until what `read` returns is fulfilled, or is nothing. */
  message: StreamParts['message'];
  /** So much was read: what came is to be taken. A promise, unless that is done. */
  read(): Promise<unknown> | undefined;
}

/**
 * A connector for ioredis that takes published messages out of the stream before ioredis parses it. All else
 * is ioredis's as before, and in the order in which it came.
 */
export function pushConnector(listener: PushListener): new (options: unknown) => AbstractConnector {
  return class extends AbstractConnector {
    readonly #options: RedisOptions;

    constructor(options: unknown) {
      super((options as RedisOptions).disconnectTimeout ?? 0);
      this.#options = options as RedisOptions;
    }

    connect(): Promise<Socket> {
      const { host, port, path, family, tls } = this.#options;
      const onread = readInto(listener, () => socket);
      const address = path === undefined ? { host, port, family } : { path };
      const options = { ...address, ...tls, onread } as TcpNetConnectOpts;
      const socket: Socket = tls ? connectTls(options) : connectTcp(options);
      socket.once('error', (error) => {
        this.firstError = error;
      });
      this.stream = socket;
      return Promise.resolve(socket);
    }
  };
}

/** Memory that is read into, and how many of the reads in it are not taken yet. */
interface Slab {
  readonly bytes: Buffer;
  held: number;
}

/**
 * Reads into the same memory again where what lay there is taken, which is what the caches of a processor have at
 * hand; else into two slabs by turns, as long as what lay there is taken by then: the next is asked for before a
 * promise can settle. A push that is not whole yet is kept where the rest of it will be read to.
 */
function readInto(listener: PushListener, socket: () => Socket): OnReadOpts {
  let slab = newSlab();
  let other = newSlab();
  let target = slab.bytes.subarray(0, READ_BYTES);
  let begun = 0;
  let end = 0;
  let signedAt = -Infinity;
  const pushes = new RespPushes({
    message: (channel, pattern, payload) => {
      listener.message(channel, pattern, payload);
    },
    // not `push`: that may keep bytes back, and what comes after would overtake them; a copy, since ioredis keeps it
    other: (bytes) => socket().emit('data', Buffer.from(bytes)),
  });
  return {
    buffer: () => {
      if (begun === end && slab.held === 0) {
        begun = end = target.byteOffset - slab.bytes.byteOffset;
        return target;
      }
      const next = other.held === 0 ? other : newSlab();
      const rest = end - begun;
      if (rest > 0) slab.bytes.copy(next.bytes, 0, begun, end);
      other = slab;
      slab = next;
      begun = 0;
      end = rest;
      target = slab.bytes.subarray(end, end + READ_BYTES);
      return target;
    },
    callback: (length) => {
      end += length;
      begun += pushes.read(slab.bytes.subarray(begun, end));
      const taking = listener.read();
      if (taking) void hold(slab, taking);
      const now = performance.now(); // after the messages: asking for it takes a microsecond
      if (now - signedAt >= SIGN_OF_LIFE_MS) {
        signedAt = now;
        socket().emit('data', NOTHING); // which ioredis's socketTimeout waits for
      }
      return true;
    },
  };
}

function newSlab(): Slab {
  return { bytes: Buffer.allocUnsafeSlow(MAX_PUSH_BYTES + READ_BYTES), held: 0 };
}

async function hold(slab: Slab, taking: Promise<unknown>): Promise<void> {
  slab.held += 1;
  await taking;
  slab.held -= 1;
}
