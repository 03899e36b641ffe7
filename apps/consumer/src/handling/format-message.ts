import { isUtf8 } from 'node:buffer';
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
      ...(isUtf8(message.payload)
        ? { payload: message.text }
        : { payload: Buffer.from(message.payload).toString('base64'), encoding: 'base64' }),
      offset: message.offset ?? null,
      receivedAt: message.receivedAt.toISOString(),
    })}\n`,

  /** The payload's bytes alone, a line each. */
  raw: (message) => Buffer.concat([message.payload, Buffer.from('\n')]),
};

function readable(message: Message): string {
  if (isUtf8(message.payload)) return harmless(message.text);
  return `(${message.payload.byteLength} bytes, not text) ${Buffer.from(message.payload).toString('hex')}`;
}

/** Control characters, and those that turn the direction of text, as escapes that a terminal does not obey. */
function harmless(text: string): string {
  return text.replace(
    /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    (character) =>
      ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function timeOfDay(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
