import { isUtf8 } from 'node:buffer';
import { type FeedItem, type MessageItem, PREVIEW_BYTES } from '@relay/contracts';
import type { Message, Origin } from '../handling/message.js';
import type { Happening } from './happening.js';

/** What a name may take on the page: a channel may be as long as a message. */
const MAX_NAME_LENGTH = 200;
const MAX_ERROR_LENGTH = 1000;

type Place = Pick<MessageItem, 'n' | 'at' | 'id' | 'publisher'>;
type Payload = Pick<MessageItem, 'size' | 'preview' | 'encoding' | 'isKept'>;

/**
 * `what` as the page shows it, without a view into a frame.
 *
 * @param isKept whether its whole payload can be asked for
 */
export function feedItemOf(n: number, at: number, what: Happening, isKept: boolean): FeedItem {
  switch (what.kind) {
    case 'message':
      return {
        kind: 'message',
        ...placeOf(n, at, what),
        channel: shortName(what.channel),
        pattern: what.pattern === undefined ? null : shortName(what.pattern),
        receivedAt: what.receivedAt.getTime(),
        ...payloadOf(what.payload, isKept),
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
        ...payloadOf(message.payload, isKept),
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

/** Only of what can be asked for all is read to find whether it is text; else the preview tells. */
function payloadOf(payload: Uint8Array, isKept: boolean): Payload {
  const size = payload.byteLength;
  const text = payload.subarray(0, endOfText(payload));
  if (isUtf8(isKept ? payload : text)) {
    return { size, preview: toBuffer(text).toString(), encoding: 'utf8', isKept };
  }
  const start = toBuffer(payload.subarray(0, PREVIEW_BYTES));
  return { size, preview: start.toString('base64'), encoding: 'base64', isKept };
}

/** Where the preview ends if it is UTF-8: between two characters. */
function endOfText(payload: Uint8Array): number {
  if (payload.byteLength <= PREVIEW_BYTES) return payload.byteLength;
  let end = PREVIEW_BYTES;
  while (end > PREVIEW_BYTES - 4 && ((payload[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}

function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
