import { isUtf8 } from 'node:buffer';
import { GapReason } from '@relay/contracts';
import { harmless } from '@relay/runtime';
import type { Gap, Start } from './gap.js';
import { jsonPayload } from './json-payload.js';
import type { Message } from './message.js';

export type OutputFormat = 'pretty' | 'json' | 'raw';

/** How each output format writes a message, line end included. */
export const formatMessage: Record<OutputFormat, (message: Message) => string | Uint8Array> = {
  /** For people: local time, channel, payload. */
  pretty: (message) =>
    `${timeOfDay(message.receivedAt)}  ${harmless(message.channel)}  ${readable(message)}\n`,

  /** For programs: one object a line. */
  json: (message) =>
    `${JSON.stringify({
      kind: 'message',
      channel: message.channel,
      ...jsonPayload(message),
      id: message.id ?? null,
      offset: message.offset ?? null,
      receivedAt: message.receivedAt.toISOString(),
    })}\n`,

  /** The payload's bytes alone, a line each. */
  raw: (message) => Buffer.concat([message.payload, Buffer.from('\n')]),
};

/** A gap in plain words: what is missing, when, why. */
export function describeGap({ origin, reason, from, to, count }: Gap): string {
  const what =
    count === null
      ? 'messages may be missing'
      : `${count} ${count === 1 ? 'message is' : 'messages are'} missing`;
  const when = `${from ? timeOfDay(from) : 'unknown'} – ${to ? timeOfDay(to) : 'now'}`;
  const why = GAP_REASONS.get(reason) ?? harmless(reason);
  return `${what}, ${when}: ${why} (${harmless(origin.publisher)})`;
}

/** A gap as an object for programs. */
export function jsonGap({ origin, reason, from, to, count }: Gap): object {
  return {
    kind: 'gap',
    reason,
    from: from?.toISOString() ?? null,
    to: to?.toISOString() ?? null,
    count,
    publisher: origin.publisher,
  };
}

/** A beginning in plain words. */
export function describeStart({ origin, at }: Start): string {
  const since = at ? ` since ${timeOfDay(at)}` : '';
  return `begins: ${harmless(origin.publisher)} is subscribed${since}`;
}

const GAP_REASONS = new Map<string, string>([
  [GapReason.publisherRestarted, 'the publisher restarted'],
  [
    GapReason.publisherLost,
    'the publisher ended without a goodbye; what it had not delivered is among the missing',
  ],
  [GapReason.redisConnectionLost, 'the connection to Redis broke'],
  [GapReason.redisSilent, 'Redis did not answer'],
  [GapReason.redisRestarted, 'Redis restarted'],
  [GapReason.redisRefused, 'Redis refused the subscription'],
  [GapReason.notTakenIn, 'the publisher could not take them in'],
  [GapReason.overflow, 'the outbox was full'],
  [GapReason.tooLarge, 'larger than this consumer takes'],
  [GapReason.positionLost, 'the outbox does not know the position that was reached'],
]);

function readable(message: Message): string {
  if (isUtf8(message.payload)) return harmless(message.text);
  return `(${message.payload.length} bytes, not text) ${Buffer.from(message.payload).toString('hex')}`;
}

function timeOfDay(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
