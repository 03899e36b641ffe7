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
  /** Frames of one connection that wait for the one before them, which a guard or an interceptor holds up. */
  waitingFrameBytes: 1024 * 1024,
  /** Frames of a bare client that are no bare message. */
  invalidBareFrames: 10,
  /** Items that wait for the handlers before bare clients are not read. */
  bareWaitingItems: 1000,
  /** Bytes of them. */
  bareWaitingBytes: 64 * 1024 * 1024,
  /** Bytes that wait for the handlers before a new outbox is sent away. */
  waitingBytes: 256 * 1024 * 1024,
  /** Live pages that are connected. */
  viewers: 100,
  /** Those from one address. */
  viewersPerAddress: 30,
  /** Requests of pages to become a WebSocket. */
  viewerHandshakesPerSecond: 50,
  viewerHandshakesPerSecondPerAddress: 5,
  /** What a page has not read before it is left out of what comes. */
  viewerUnreadBytes: 256 * 1024,
  /** How long it may go on like that. */
  viewerUnreadMs: 30_000,
  /** A frame of a page. */
  viewerFrameBytes: 512 * 1024,
  /** Test messages that a page publishes, and how many at once. */
  publishesPerSecond: 2,
  publishesAtOnce: 10,
  /** Log-ins at the page from everybody. */
  logInsPerSecond: 100,
  /** Between two from one address, and how many at once. */
  logInIntervalMs: 5_000,
  logInsAtOncePerAddress: 10,
  /** Items in a frame that tells a page what is new; the others are left out. */
  pageItemsInFrame: 100,
  /** The items of the first frame, which tells a page what was before. */
  pageHistoryBytes: 1024 * 1024,
  /** Gaps, dead letters and beginnings that are kept for pages, however many messages come. */
  pageRareItems: 100,
  /** Channels of which the newest messages are kept for pages, however many come of others. */
  pageChannels: 100,
  pageItemsOfChannel: 5,
  /** A payload that is kept whole for pages; of a larger one they see the beginning. */
  pagePayloadBytes: 64 * 1024,
  /** All that are kept. */
  pagePayloadsBytes: 16 * 1024 * 1024,
  /** Frames of publishers that are in memory only because pages may show something of them. */
  pageHeldFrameBytes: 32 * 1024 * 1024,
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
  'viewers',
  'viewers-per-address',
  'viewer-handshakes',
  'viewer-unread',
  'publish-rate',
  'log-ins',
] as const;

export type Limit = (typeof COUNTED)[number];

/** How often each limit was reached. */
export class LimitsReached extends LimitCounts<Limit> {
  constructor() {
    super(COUNTED);
  }
}
