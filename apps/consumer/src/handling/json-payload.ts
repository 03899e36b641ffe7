import { isUtf8 } from 'node:buffer';
import type { Message } from './message.js';

/** A payload in JSON: as text, or in base64, and said so, where the bytes are not UTF-8. */
export function jsonPayload(message: Message): { payload: string; encoding?: 'base64' } {
  if (isUtf8(message.payload)) return { payload: message.text };
  return { payload: Buffer.from(message.payload).toString('base64'), encoding: 'base64' };
}
