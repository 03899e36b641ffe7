import * as z from 'zod/mini';
import { OFFSET_PATTERN, type Offset } from './offset.js';

/** An offset as it travels. */
export const offset: z.ZodMiniType<Offset, Offset> = z.string().check(z.regex(OFFSET_PATTERN));

/** Milliseconds since 1970, within what a `Date` can hold. */
export const time = z.int().check(z.minimum(0), z.maximum(8.64e15));

const whole = z.int().check(z.minimum(0));

export const messageEntry = z.object({
  kind: z.literal('message'),
  offset,
  channel: z.string(),
  /** The subscription that matched, where it was a pattern. */
  pattern: z.optional(z.string()),
  /** The exact bytes that were published. */
  payload: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  /** When the publisher took the message in, by its clock. */
  receivedAt: time,
});

export const gapEntry = z.object({
  kind: z.literal('gap'),
  offset,
  /** One of `GapReason`; a newer peer may know others. */
  reason: z.string().check(z.minLength(1), z.maxLength(100)),
  /** The messages were published at this time or later, by the publisher's clock; null: unknown. */
  from: z.nullable(time),
  /** … and at this time or earlier. */
  to: z.nullable(time),
  /** How many messages are missing; null: nobody can know. */
  count: z.nullable(whole),
});

/** One message as it travels. */
export type MessageEntry = z.infer<typeof messageEntry>;

/** Says that messages may be missing in this place. */
export type GapEntry = z.infer<typeof gapEntry>;

/** One item of an outbox. */
export type Entry = MessageEntry | GapEntry;

/** Why messages may be missing. */
export const GapReason = {
  /** An outbox in memory begins: what was published before its first SUBSCRIBE was not heard. */
  start: 'start',
  /** The publisher ended cleanly and started again: what was published meanwhile was not heard. */
  publisherRestarted: 'publisher-restarted',
  /** The publisher ended without a goodbye: what it had not delivered yet is among the missing. */
  publisherLost: 'publisher-lost',
  /** The connection to Redis broke. */
  redisConnectionLost: 'redis-connection-lost',
  /** Redis did not answer in time. */
  redisSilent: 'redis-silent',
  /** Another Redis process answered when the connection was made again. */
  redisRestarted: 'redis-restarted',
  /** Redis refused the subscription. */
  redisRefused: 'redis-refused',
  /** The publisher had the message and could not take it in: for want of memory, or by a mistake of its own. */
  notTakenIn: 'not-taken-in',
  /** The outbox was full: the oldest messages went. */
  overflow: 'overflow',
  /** The message is larger than the consumer takes. */
  tooLarge: 'too-large',
  /** The consumer knows a position that the outbox does not. */
  positionLost: 'position-lost',
} as const;

export type GapReason = (typeof GapReason)[keyof typeof GapReason];

/** The part of a window that an entry takes, in bytes. */
export function entryBytes(entry: Omit<MessageEntry, 'offset'> | Omit<GapEntry, 'offset'>): number {
  if (entry.kind === 'gap') return 0;
  return entry.payload.length + entry.channel.length + (entry.pattern?.length ?? 0);
}
