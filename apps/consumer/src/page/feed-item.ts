import { isUtf8 } from 'node:buffer';
import { type FeedItem, type MessageItem, PREVIEW_BYTES } from '@relay/contracts';
import type { Message, Origin } from '../handling/message.js';
import { LIMITS } from '../limits.js';
import type { Happening } from './happening.js';

/** What a name may take on the page: a channel may be as long as a message. */
const MAX_NAME_LENGTH = 200;
const MAX_ERROR_LENGTH = 1000;

type Place = Pick<MessageItem, 'n' | 'at' | 'id' | 'publisher'>;
type Payload = Pick<MessageItem, 'size' | 'preview' | 'encoding' | 'isKept'>;

/** `what` as the page shows it, without a view into a frame. */
export function feedItemOf(n: number, at: number, what: Happening): FeedItem {
  switch (what.kind) {
    case 'message':
      return {
        kind: 'message',
        ...placeOf(n, at, what),
        channel: shortName(what.channel),
        pattern: what.pattern === undefined ? null : shortName(what.pattern),
        receivedAt: what.receivedAt.getTime(),
        ...payloadOf(what.payload),
      };
    case 'dead-letter': {
      const { message, refusal } = what;
      return {
        kind: 'dead-letter',
        ...placeOf(n, at, message),
        channel: shortName(message.channel),
        handler: refusal.handler,
        attempts: refusal.attempts,
        error: cut(`${refusal.error.name}: ${refusal.error.message}`, MAX_ERROR_LENGTH),
        ...payloadOf(message.payload),
      };
    }
    case 'gap': {
      const { reason, from, to, count, origin } = what;
      const times = { from: from?.getTime() ?? null, to: to?.getTime() ?? null };
      return { kind: 'gap', ...placeIn(n, at, origin), reason, ...times, count };
    }
    case 'start':
      return {
        kind: 'start',
        ...placeIn(n, at, what.origin),
        subscribedAt: what.at?.getTime() ?? null,
      };
  }
}

/** A name as the page has it; one that is too long ends with `…`. */
export function shortName(name: string): string {
  return cut(name, MAX_NAME_LENGTH);
}

/** Of long text a copy of its beginning: a slice would keep all of it in memory. */
function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return `${Buffer.from(text.slice(0, maxLength - 1)).toString()}…`;
}

function placeOf(n: number, at: number, message: Message): Place {
  return { n, at, id: message.id ?? null, publisher: message.publisher ?? null };
}

function placeIn(n: number, at: number, origin: Origin): Place {
  return { n, at, id: `${origin.outbox}/${origin.offset}`, publisher: origin.publisher };
}

function payloadOf(payload: Uint8Array): Payload {
  const size = payload.byteLength;
  const isKept = size <= LIMITS.pagePayloadBytes;
  if (isUtf8(payload)) {
    return { size, preview: textOf(payload, endOfText(payload)), encoding: 'utf8', isKept };
  }
  const start = Buffer.from(payload.buffer, payload.byteOffset, Math.min(size, PREVIEW_BYTES));
  return { size, preview: start.toString('base64'), encoding: 'base64', isKept };
}

/** Where the preview of UTF-8 ends: between two characters. */
function endOfText(payload: Uint8Array): number {
  if (payload.byteLength <= PREVIEW_BYTES) return payload.byteLength;
  let end = PREVIEW_BYTES;
  while (((payload[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}

function textOf(payload: Uint8Array, end: number): string {
  return Buffer.from(payload.buffer, payload.byteOffset, end).toString();
}
