import {
  type Entry,
  GapReason,
  type Hello,
  type MessageEntry,
  type Welcome,
} from '@relay/contracts';
import type { NewGap, NewMessage } from '../outbox.js';

/** Builders for specs. */

export function newMessage(receivedAt = 0, bytes = 1): NewMessage {
  return { kind: 'message', channel: '', payload: new Uint8Array(bytes), receivedAt };
}

export function message(n: number, receivedAt = 0, bytes = 1): MessageEntry {
  return { ...newMessage(receivedAt, bytes), offset: `0-${n}` };
}

/** Messages from one number to another. */
export function messages(first: number, last: number, bytes = 1): MessageEntry[] {
  return Array.from({ length: last - first + 1 }, (_, index) => message(first + index, 0, bytes));
}

export function newGap(
  reason: string = GapReason.redisConnectionLost,
  from: number | null = 10,
  to = 20,
): NewGap {
  return { kind: 'gap', reason, from, to, count: null };
}

export function startGap(to: number): Entry {
  return { ...newGap(GapReason.start, null, to), offset: '0-1' };
}

export function hello(next: number, changes: Partial<Hello> = {}): Hello {
  return {
    publisher: 'publisher',
    process: 'process-1',
    connection: 1,
    outbox: { id: 'outbox-1', oldest: '0-1', next: `0-${next}` },
    ...changes,
  };
}

export function welcome(changes: Partial<Welcome> = {}): Welcome {
  return {
    consumer: 'consumer',
    position: null,
    window: { entries: 100, bytes: 1_000_000 },
    maxEntryBytes: 1_000_000,
    ...changes,
  };
}

export function position(received: number, cursor: number): Welcome['position'] {
  return { received: `0-${received}`, cursor: `0-${cursor}` };
}
