/**
 * Why a connection on `/relay` was closed. The range tells the peer what to do:
 * below 4500 come back, from 4500 on stop and tell a person (and try again now and then).
 */
export const CloseCode = {
  /** The peer is shutting down, or a publisher has said goodbye (RFC 6455). */
  goingAway: 1001,
  /** A client without the sub-protocol sent too many frames that are no messages (RFC 6455). */
  policyViolation: 1008,
  /** Something went wrong inside the consumer (RFC 6455). */
  internalError: 1011,
  /** `hello` or `welcome` did not come in time. */
  handshakeTimeout: 4000,
  /** Another process that lives has this name. */
  nameInUse: 4001,
  /** The consumer remembers as many outboxes as it can, all of them connected. */
  tooManyOutboxes: 4002,
  /** A frame on a `relay.v1` connection was not one of the protocol's. */
  invalidFrame: 4500,
  /** A frame came when the protocol does not allow it, such as `deliver` before `welcome`. */
  unexpectedFrame: 4501,
  /** A `deliver` would have skipped entries, or its entries were not in order. */
  outOfOrder: 4502,
  /** More was unacknowledged, or a message was larger, than `welcome` grants. */
  windowExceeded: 4503,
  /** A position lies beyond everything that was sent. */
  unknownPosition: 4504,
  /** The same process has connected again, or another one has taken its name since. */
  superseded: 4505,
} as const;

export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

/** Whether a connection that was closed with `code` is to be made again soon. */
export function mayComeBack(code: number): boolean {
  return code < 4500;
}

/** What a close frame has room for (RFC 6455, section 5.5). */
const MAX_REASON_BYTES = 123;

/** `text` as the reason of a close frame: cut where it is too long, between two characters. */
export function closeReason(text: string): string {
  const bytes = new TextEncoder().encode(text).subarray(0, MAX_REASON_BYTES);
  return new TextDecoder().decode(bytes, { stream: true });
}
