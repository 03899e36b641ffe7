import { arrived, type Arriving } from './arriving.js';
import { LAST, NO_TIME, nowUs } from './payload.js';
import type { RedisFeed } from './redis-feed.js';

/** Far below the 32 MB at which Redis cuts a subscriber, and what it bears for a minute. */
export const WINDOW_BYTES = 4 * 1024 * 1024;
export const WINDOW_MESSAGES = 32_768;

export interface Throughput {
  readonly messages: number;
  /** From the first sent to the last handled. */
  readonly seconds: number;
  readonly perSecond: number;
  /** Part of the time in which there was room in the window and Redis took no more: it was the limit then. */
  readonly loadLimited: number;
}

/** Messages that may be published and not have arrived, of this size. */
export function windowFor(payloadBytes: number): number {
  return Math.min(WINDOW_MESSAGES, Math.floor(WINDOW_BYTES / payloadBytes));
}

/** As fast as they arrive, for `seconds`; ends when all have arrived. */
export async function closedWindow(
  feed: RedisFeed,
  arriving: Arriving,
  { seconds, window }: { readonly seconds: number; readonly window: number },
): Promise<Throughput> {
  feed.openWide();
  const before = feed.sent;
  const batch = Math.min(feed.batchMessages, Math.ceil(window / 8));
  const startUs = nowUs();
  const endUs = startUs + seconds * 1e6;
  let limitedUs = 0;
  let limitedSince: number | undefined = startUs;

  await new Promise<void>((resolve, reject) => {
    const stalled = setInterval(() => {
      if (nowUs() < Math.max(endUs, arriving.atUs) + 10e6) return;
      clearInterval(stalled);
      reject(new Error('the window does not open: nothing arrives'));
    }, 1_000);
    const pump = (): void => {
      if (limitedSince !== undefined) limitedUs += nowUs() - limitedSince;
      limitedSince = undefined;
      while (feed.sent - arriving.highest + batch <= window) {
        if (!feed.hasRoom) {
          limitedSince = nowUs();
          return;
        }
        const isLast = nowUs() >= endUs;
        feed.sendBatch(batch, isLast ? LAST : NO_TIME);
        if (!isLast) continue;
        clearInterval(stalled);
        feed.onRoom = arriving.onProgress = () => undefined;
        resolve();
        return;
      }
    };
    feed.onRoom = () => {
      if (limitedSince !== undefined) pump();
    };
    arriving.onProgress = () => {
      if (limitedSince === undefined) pump();
    };
    pump();
  });

  await arrived(arriving, feed.sent);
  const messages = feed.sent - before;
  const took = (arriving.atUs - startUs) / 1e6;
  return {
    messages,
    seconds: took,
    perSecond: messages / took,
    loadLimited: Math.min(limitedUs / (took * 1e6), 1),
  };
}
