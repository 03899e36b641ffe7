import type { DeadLetterItem, GapItem, MessageItem } from '@relay/contracts';

const at = Date.UTC(2026, 0, 2, 14, 3, 7);

export function messageItem(n: number, changes: Partial<MessageItem> = {}): MessageItem {
  const preview = changes.preview ?? `hello ${String(n)}`;
  return {
    kind: 'message',
    n,
    at,
    id: `outbox/0-${String(n)}`,
    publisher: 'publisher',
    channel: 'orders',
    pattern: null,
    receivedAt: at,
    size: preview.length,
    preview,
    encoding: 'utf8',
    isKept: false,
    ...changes,
  };
}

export function deadLetterItem(n: number, id: string | null): DeadLetterItem {
  return {
    kind: 'dead-letter',
    n,
    at,
    id,
    publisher: 'publisher',
    channel: 'orders',
    handler: 'StoreOrders',
    attempts: 3,
    error: 'disk is full',
    size: 5,
    preview: 'hello',
    encoding: 'utf8',
    isKept: false,
  };
}

export function gapItem(n: number, changes: Partial<GapItem> = {}): GapItem {
  return {
    kind: 'gap',
    n,
    at,
    id: `outbox/0-${String(n)}`,
    publisher: 'publisher',
    reason: 'redis-restarted',
    from: at,
    to: at + 2000,
    count: 12,
    ...changes,
  };
}
