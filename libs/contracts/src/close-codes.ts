/**
 * Why a connection on `/relay` was closed. The range tells the peer what to do:
 * below 4500 come back, from 4500 on stop and tell a person.
 */
export const CloseCode = {
  /** The peer is shutting down (RFC 6455). */
  goingAway: 1001,
  /** A frame was larger than the consumer takes (RFC 6455). */
  messageTooBig: 1009,
  /** A frame on a `relay.v1` connection was not one of the protocol's. */
  invalidFrame: 4500,
} as const;

export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];
