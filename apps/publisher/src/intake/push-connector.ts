import {
  connect as connectTcp,
  type OnReadOpts,
  type Socket,
  type TcpNetConnectOpts,
} from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';
import { MAX_PUSH_BYTES, RespPushes, type StreamParts } from './resp-pushes.js';

/** Bytes from Redis lie in pieces of memory of this size, which the payloads in them keep. */
const SLAB_BYTES = 1024 * 1024;
/** What is read at once, at the most. */
const READ_BYTES = 256 * 1024;

const NOTHING = Buffer.alloc(0);

export type OnMessage = StreamParts['message'];

/**
 * A connector for ioredis that takes published messages out of the stream before ioredis parses it, and
 * calls `onMessage` for each. All else is ioredis's as before, and in the order in which it came.
 */
export function pushConnector(onMessage: OnMessage): new (options: unknown) => AbstractConnector {
  return class extends AbstractConnector {
    readonly #options: RedisOptions;

    constructor(options: unknown) {
      super((options as RedisOptions).disconnectTimeout ?? 0);
      this.#options = options as RedisOptions;
    }

    connect(): Promise<Socket> {
      const { host, port, path, family, tls } = this.#options;
      const onread = readInto(onMessage, () => socket);
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

/** Reads into slabs; a push that is not whole yet is kept where the rest of it will be read to. */
function readInto(onMessage: OnMessage, socket: () => Socket): OnReadOpts {
  let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  let begun = 0;
  let end = 0;
  const pushes = new RespPushes({
    message: onMessage,
    // not `push`: that may keep bytes back, and what comes after would overtake them
    other: (bytes) => socket().emit('data', bytes),
  });
  return {
    buffer: () => {
      if (end + MAX_PUSH_BYTES > SLAB_BYTES) {
        const next = Buffer.allocUnsafeSlow(SLAB_BYTES);
        end = slab.copy(next, 0, begun, end);
        begun = 0;
        slab = next;
      }
      return slab.subarray(end, end + READ_BYTES);
    },
    callback: (length) => {
      end += length;
      begun += pushes.read(slab.subarray(begun, end));
      socket().emit('data', NOTHING); // a sign of life, which ioredis's socketTimeout waits for
      return true;
    },
  };
}
