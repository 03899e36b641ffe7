import { Writable } from 'node:stream';
import { Logger, type LoggerService } from '@nestjs/common';
import { GapReason } from '@relay/contracts';
import type { Gap, Start } from '../gap.js';
import { type Content, Message, type Origin } from '../message.js';

/** A place in an outbox of the publisher `p`. */
export function origin(n: number): Origin {
  return { publisher: 'p', outbox: 'box', offset: `0-${n}` };
}

/** A message as a publisher delivers it. */
export function message(payload: string | Uint8Array, channel = 'test_websocket', n = 1): Message {
  return delivered({ channel, payload: Buffer.from(payload) }, n);
}

/** The same with all that can be said of it. */
export function delivered(changes: Partial<Content>, n = 1): Message {
  const { offset, ...source } = origin(n);
  const content = { channel: 'test_websocket', payload: Buffer.alloc(0), receivedAt: 0, offset };
  return new Message({ ...content, ...changes }, source);
}

/** A message that came without a delivery session. */
export function bareMessage(payload: string): Message {
  return new Message({
    channel: 'test_websocket',
    payload: Buffer.from(payload),
    receivedAt: 0,
  });
}

export function gap(changes: Partial<Gap> = {}): Gap {
  return {
    kind: 'gap',
    origin: origin(1),
    reason: GapReason.redisRestarted,
    from: new Date(1000),
    to: new Date(2000),
    count: null,
    ...changes,
  };
}

export function start(at: Date | null = new Date(1000)): Start {
  return { kind: 'start', origin: origin(1), at };
}

export interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** A promise that the spec settles. */
export function deferred(): Deferred {
  let settle: Omit<Deferred, 'promise'> | undefined;
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, resolve: () => settle?.resolve(), reject: (error) => settle?.reject(error) };
}

/** A stream that keeps what is written to it. */
export class Recording extends Writable {
  readonly #chunks: Buffer[] = [];

  constructor(readonly isTTY = false) {
    super();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}

/** What is logged from now on as errors and warnings goes here, and nowhere else. */
export function recordLog(): string[] {
  const lines: string[] = [];
  const record = (line: unknown): void => void lines.push(String(line));
  const logger: LoggerService = { log: () => undefined, warn: record, error: record };
  Logger.overrideLogger(logger);
  return lines;
}
