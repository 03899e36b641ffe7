import type {
  Chain,
  DeadLetterItem,
  Figures,
  GapItem,
  LiveFrame,
  MessageItem,
} from '@relay/contracts';

const at = Date.UTC(2026, 0, 2, 14, 3, 7);

/** What a played consumer says when a page comes. */
export function welcome(publishTo: string[] | null = ['test_websocket']): LiveFrame {
  const figures = Array.from({ length: 60 }, (_, n) => figuresAt(at - (60 - n) * 1000, n));
  return { event: 'welcome', data: { feed: 'played', publishTo, figures } };
}

export function message(n: number, changes: Partial<MessageItem> = {}): MessageItem {
  const preview = changes.preview ?? `message ${String(n)}`;
  return {
    kind: 'message',
    n,
    at: at + n,
    id: `outbox/0-${String(n)}`,
    publisher: 'publisher',
    channel: 'test_websocket',
    pattern: null,
    receivedAt: at + n,
    size: preview.length,
    preview,
    encoding: 'utf8',
    isKept: false,
    ...changes,
  };
}

export function gap(n: number, changes: Partial<GapItem> = {}): GapItem {
  const id = `outbox/0-${String(n)}`;
  const times = { from: at, to: at + 2000 };
  const reason = 'redis-restarted';
  return {
    kind: 'gap',
    n,
    at,
    id,
    publisher: 'publisher',
    reason,
    ...times,
    count: 12,
    ...changes,
  };
}

/** The dead letter of a message. */
export function deadLetter(
  n: number,
  refused: MessageItem,
  changes: Partial<DeadLetterItem> = {},
): DeadLetterItem {
  const { at: when, id, publisher, channel, size, preview, encoding, isKept } = refused;
  const what = { id, publisher, channel, size, preview, encoding, isKept };
  const refusal = { handler: 'StoreOrders', attempts: 3, error: 'the disk is full' };
  return { kind: 'dead-letter', n, at: when, ...what, ...refusal, ...changes };
}

export function items(...all: (MessageItem | GapItem | DeadLetterItem)[]): LiveFrame {
  const first = all[0]?.n ?? 1;
  return { event: 'items', data: { after: first - 1, upTo: all.at(-1)?.n ?? 0, items: all } };
}

export function chain(changes: Partial<Chain> = {}): LiveFrame {
  const redis = { subscribed: true, since: at };
  const publisher = {
    name: 'publisher',
    state: 'connected',
    since: at,
    redis,
    waiting: 0,
  } as const;
  const consumer = { name: 'consumer', state: 'listening', since: at } as const;
  return {
    event: 'chain',
    data: { publishers: [publisher], hidden: 0, consumer, viewers: 1, ...changes },
  };
}

export function figuresAt(when: number, n: number): Figures {
  const counts = { gaps: 1, missing: 12, deadLetters: 1, duplicates: 0, reconnects: 1 };
  return { at: when, handled: n * 10, ...counts, latencyMs: { p50: 1, p99: 5 }, waiting: 0 };
}

/** A message, a gap, one that was refused, and bytes. */
export function eventful(): LiveFrame {
  const refused = message(3, { preview: '{"order":"not a number"}' });
  const bytes = message(5, { preview: 'iVBORw==', encoding: 'base64', size: 5000, isKept: true });
  return items(message(1), gap(2), refused, deadLetter(4, refused), bytes);
}
