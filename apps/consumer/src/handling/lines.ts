import { formatMessage, type OutputFormat } from './format.js';
import type { Message } from './message.js';

const LINE_END = 0x0a;

/** The lines of several messages, one behind the other. */
export function formatLines(format: OutputFormat, messages: readonly Message[]): Uint8Array {
  if (format !== 'raw') return Buffer.from(messages.map(formatMessage[format]).join(''));
  let length = messages.length;
  for (const { payload } of messages) length += payload.length;
  const lines = Buffer.allocUnsafe(length);
  let at = 0;
  for (const { payload } of messages) {
    lines.set(payload, at);
    at += payload.length;
    lines[at++] = LINE_END;
  }
  return lines;
}

/** How many of these lines the first `bytes` of them hold whole. */
export function wholeLines(
  format: OutputFormat,
  messages: readonly Message[],
  bytes: number,
): number {
  let end = 0;
  for (const [index, message] of messages.entries()) {
    end += Buffer.byteLength(formatMessage[format](message));
    if (end > bytes) return index;
  }
  return messages.length;
}
