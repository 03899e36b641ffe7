import type { RedisFeed } from './redis-feed.js';

/** `count` messages as fast as Redis takes them, whatever becomes of them; settles when all are sent. */
export function blast(feed: RedisFeed, count: number): Promise<void> {
  const last = feed.sent + count;
  return new Promise((resolve) => {
    const pump = (): void => {
      while (feed.hasRoom && feed.sent < last) {
        feed.sendBatch(Math.min(feed.batchMessages, last - feed.sent));
      }
      if (feed.sent < last) return;
      feed.onRoom = () => undefined;
      resolve();
    };
    feed.onRoom = pump;
    pump();
  });
}
