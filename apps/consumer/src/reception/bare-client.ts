import {
  type BareFrame,
  CloseCode,
  decodeBare,
  type ErrorFrame,
  InvalidFrameError,
  SUB_PROTOCOL,
} from '@relay/contracts';
import { EventLog, TokenBucket } from '@relay/runtime';
import type { WebSocket } from 'ws';
import { LIMITS, type Limits, type LimitsReached } from '../limits.js';
import { dismiss } from './dismiss.js';

type BareLimits = Pick<Limits, 'maxEntryBytes' | 'maxBareFramesPerSecond'>;

/**
 * A client without the sub-protocol, such as a person at a WebSocket tool: what it got wrong it is told, but
 * not for ever; one that says too much is read more slowly, and nothing of it is lost.
 */
export class BareClient {
  #invalidFrames = 0;
  readonly #frames: TokenBucket;
  readonly #log = new EventLog('reception');

  constructor(
    private readonly socket: WebSocket,
    private readonly limits: BareLimits,
    private readonly reached: LimitsReached,
  ) {
    const { maxBareFramesPerSecond: perSecond } = limits;
    this.#frames = new TokenBucket(perSecond, perSecond);
  }

  /** The message of a frame; undefined if there is none, and the client has its answer. */
  read(bytes: Buffer, isBinary: boolean): BareFrame | undefined {
    this.#slowDown();
    try {
      if (isBinary) {
        throw new InvalidFrameError(`binary frames need the sub-protocol ${SUB_PROTOCOL}`);
      }
      const frame = decodeBare(bytes);
      this.#checkSize(frame);
      return frame;
    } catch (error) {
      if (!(error instanceof InvalidFrameError)) throw error;
      this.#answer(error);
      return undefined;
    }
  }

  /** What came with this frame already is taken in, and owed. */
  #slowDown(): void {
    const waitMs = this.#frames.take(performance.now());
    if (waitMs === 0 || this.socket.isPaused) return;
    this.reached.add('bare-frame-rate');
    this.socket.pause();
    setTimeout(() => {
      this.socket.resume();
    }, waitMs).unref();
  }

  #checkSize({ event, data }: BareFrame): void {
    const { maxEntryBytes } = this.limits;
    if (event.length + Buffer.byteLength(data) <= maxEntryBytes) return;
    this.reached.add('frame-size');
    throw new InvalidFrameError(
      `the message is larger than ${maxEntryBytes} bytes (MAX_ENTRY_BYTES)`,
    );
  }

  #answer(error: InvalidFrameError): void {
    this.#invalidFrames += 1;
    const answer: ErrorFrame = {
      event: 'error',
      data: { code: error.code, message: error.message },
    };
    this.socket.send(JSON.stringify(answer));
    if (this.#invalidFrames < LIMITS.invalidBareFrames) return;
    this.reached.add('invalid-bare-frames');
    const reason = `${LIMITS.invalidBareFrames} frames were no messages; the last: ${error.message}`;
    const code = CloseCode.policyViolation;
    const sentence = `closed a bare connection: ${reason} (${code})`;
    this.#log.warn('connection-closed', sentence, { code, reason });
    dismiss(this.socket, code, reason);
  }
}
