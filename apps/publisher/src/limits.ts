import { HTTP_LIMITS_COUNTED, LimitCounts, WEB_SOCKET_LIMITS_COUNTED } from '@relay/runtime';

/** How far what a consumer can make grow may grow. `docs/operations.md` says what happens then. */
export const LIMITS = Object.freeze({
  /** A frame of a consumer: they say little. */
  frameBytes: 64 * 1024,
  /** Until a consumer has agreed that a connection is closed. */
  closeMs: 2_000,
  /** What is used of a window, however large. */
  windowEntries: 65_536,
  windowBytes: 64 * 1024 * 1024,
  /** What a consumer may leave unread besides a frame of entries, of which no second one is sent. */
  unreadBytes: 1024 * 1024,
  /** What waits for a handler of messages from Redis that takes its time, about. */
  handlerWaitingBytes: 64 * 1024 * 1024,
  /** The largest message that is sent, whatever a consumer takes: no consumer can be set to more. */
  entryBytes: 128 * 1024 * 1024,
});

const COUNTED = [
  ...HTTP_LIMITS_COUNTED,
  ...WEB_SOCKET_LIMITS_COUNTED,
  'handler-waiting',
  'unread-bytes',
  'window',
] as const;

export type Limit = (typeof COUNTED)[number];

/** How often each limit was reached. */
export class LimitsReached extends LimitCounts<Limit> {
  constructor() {
    super(COUNTED);
  }
}
