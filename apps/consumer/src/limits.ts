import { HTTP_LIMITS_COUNTED, LimitCounts, WEB_SOCKET_LIMITS_COUNTED } from '@relay/runtime';
import type { ConsumerConfig } from './consumer.config.js';

/**
 * How far what a peer can make grow may grow. `docs/operations.md` says what happens then; those that people
 * change are settings, `Limits`.
 */
export const LIMITS = Object.freeze({
  /** What an outbox may have unacknowledged. */
  window: Object.freeze({ entries: 8192, bytes: 8 * 1024 * 1024 }),
  /** Outboxes that are remembered. */
  outboxes: 1000,
  /** Requests to become a WebSocket of those who may, and how many at once. */
  handshakesPerSecond: 500,
  handshakesAtOnce: 1000,
  /** The same from one address. */
  handshakesPerSecondPerAddress: 50,
  handshakesAtOncePerAddress: 200,
  /** Until a publisher has said hello. */
  helloMs: 10_000,
  /** Until the other side has agreed that a connection is closed. */
  closeMs: 5_000,
  /** What a publisher has not read of what is said to it. */
  unreadBytes: 1024 * 1024,
  /** Frames of a bare client that are no bare message. */
  invalidBareFrames: 10,
  /** Items that wait for the handlers before bare clients are not read. */
  bareWaitingItems: 1000,
  /** Bytes of them. */
  bareWaitingBytes: 64 * 1024 * 1024,
  /** Bytes that wait for the handlers before a new outbox is sent away. */
  waitingBytes: 256 * 1024 * 1024,
});

/** The limits that are settings. */
export type Limits = Pick<
  ConsumerConfig,
  'maxEntryBytes' | 'maxConnections' | 'maxConnectionsPerAddress' | 'maxBareFramesPerSecond'
>;

/**
 * The largest frame: room for the largest entry, and for half a window of small ones, whatever script their
 * channels are written in, and what is around them.
 */
export function maxFrameBytes({ maxEntryBytes }: Pick<Limits, 'maxEntryBytes'>): number {
  return 3 * Math.max(maxEntryBytes, LIMITS.window.bytes / 2) + 64 * 1024;
}

const COUNTED = [
  ...HTTP_LIMITS_COUNTED,
  ...WEB_SOCKET_LIMITS_COUNTED,
  'handshakes',
  'handshakes-per-address',
  'connections',
  'connections-per-address',
  'hello-time',
  'outboxes',
  'waiting-bytes',
  'unread-bytes',
  'bare-frame-rate',
  'bare-waiting',
  'invalid-bare-frames',
] as const;

export type Limit = (typeof COUNTED)[number];

/** How often each limit was reached. */
export class LimitsReached extends LimitCounts<Limit> {
  constructor() {
    super(COUNTED);
  }
}
