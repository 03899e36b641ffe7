import { setImmediate as nextTurn } from 'node:timers/promises';
import { arrived, type Arriving } from './arriving.js';
import { nowUs, wrapped } from './payload.js';
import type { RedisFeed } from './redis-feed.js';

/** The event loop turns after so many, that what arrives be read. */
const TURN_EVERY = 50;

/**
 * One message each 1/`perSecond` s, whatever becomes of them; each carries the time at which it was to be
 * sent, so a pause of anything, this load included, counts for every message that it delayed.
 *
 * @returns how late each was sent, in microseconds: what of its latency is the load's own
 */
export async function openLoop(
  feed: RedisFeed,
  arriving: Arriving,
  { seconds, perSecond }: { readonly seconds: number; readonly perSecond: number },
): Promise<number[]> {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const startUs = nowUs() + 1_000;
  const count = Math.ceil(seconds * perSecond);
  const lateUs = new Array<number>(count).fill(0);
  for (let index = 0; index < count; index++) {
    const dueUs = startUs + (index * 1e6) / perSecond;
    // A timer of the event loop would come up to a millisecond late.
    const waitMs = (dueUs - nowUs()) / 1_000;
    if (waitMs > 0) Atomics.wait(sleeper, 0, 0, waitMs);
    lateUs[index] = nowUs() - dueUs;
    feed.sendOne(wrapped(dueUs));
    if (index % TURN_EVERY === 0) await nextTurn();
  }
  await arrived(arriving, feed.sent);
  return lateUs;
}
