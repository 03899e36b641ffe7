import { setTimeout } from 'node:timers/promises';
import type { RecordedProcess, RedisServer } from '@relay/testing';
import { blast } from '../load/blast.js';
import { RedisFeed } from '../load/redis-feed.js';
import { outboxOf, type OutboxState } from './relay-apps.js';

const AT_ONCE = 20_000;
const POLL_MS = 20;
const STALL_MS = 20_000;

/** Publishes so many, no faster than the publisher takes them in. */
export async function fillOutbox(
  redis: RedisServer,
  publisher: RecordedProcess,
  messages: number,
  payloadBytes: number,
): Promise<OutboxState> {
  const feed = await RedisFeed.connect(redis.port, payloadBytes);
  try {
    while (feed.sent < messages) {
      await blast(feed, Math.min(AT_ONCE, messages - feed.sent));
      await takenIn(publisher, feed.sent);
    }
    return await outboxOf(publisher);
  } finally {
    feed.close();
  }
}

async function takenIn(publisher: RecordedProcess, messages: number): Promise<void> {
  const deadline = performance.now() + STALL_MS;
  for (;;) {
    const { entries, dropped } = await outboxOf(publisher);
    // The beginning is an entry, too, unless it was dropped already.
    if (entries + dropped >= messages) return;
    if (performance.now() > deadline) {
      throw new Error(`the outbox has ${entries} of ${messages} messages after ${STALL_MS} ms`);
    }
    await setTimeout(POLL_MS);
  }
}
