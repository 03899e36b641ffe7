import { compareOffsets, GapReason, type Offset, successor } from '@relay/contracts';
import type { NewGap } from './outbox.js';

/** Beyond this many marks the one goes that is missed least: the older, the coarser, never wrong. */
const MAX_MARKS = 256;

/** What was published until `at` lies before `next`. */
interface Mark {
  readonly next: Offset;
  readonly at: number;
}

/**
 * Keeps account of what a subscription can have missed.
 *
 * The subscription is known to have been whole only until the moment at which the last command was *sent*
 * that Redis answered: what arrives later may have lain in a buffer for long.
 */
export class Continuity {
  #isWhole = false;
  /** Whether a gap stands for what was missed before the connection that there is. */
  #isTold = false;
  /** Messages that came before are of a connection that is gone. */
  #brokenAt = -Infinity;
  #provenUntil: number | null = null;
  #reason: string = GapReason.redisConnectionLost;
  readonly #marks: Mark[] = [];

  /** Until when everything that was published was heard; null before the first subscription. */
  get provenUntil(): number | null {
    return this.#provenUntil;
  }

  /** Whether a message needs no gap before it. */
  get isTold(): boolean {
    return this.#isTold;
  }

  /**
   * Every SUBSCRIBE was acknowledged, the last of them at `now`.
   *
   * @returns the gap to append, if there was a time without subscription; `proven` is due behind it
   */
  subscribed(now: number): NewGap | undefined {
    if (this.#isWhole) return undefined;
    this.#isWhole = true;
    return this.#gapUntil(now);
  }

  /**
   * What was published until `at` is in the outbox, which ends at `next` now: Redis answered a PING or an
   * UNSUBSCRIBE that was sent at `at`, or that was when the last SUBSCRIBE was sent.
   */
  proven(at: number, next: Offset): void {
    if (!this.#isWhole) return;
    this.#provenUntil = at; // the newest proof counts, wherever a clock that was set has put it
    while ((this.#marks.at(-1)?.at ?? at) > at) this.#marks.pop();
    this.#marks.push({ next, at });
    if (this.#marks.length > MAX_MARKS) this.#marks.splice(this.#leastMissed(), 1);
  }

  /**
   * A message came at `now`, though not every SUBSCRIBE is acknowledged: what was missed was before it.
   *
   * @returns the gap to append before the message, if it is the first on its connection
   */
  messageBeforeSubscribed(now: number): NewGap | undefined {
    return this.#isTold || now < this.#brokenAt ? undefined : this.#gapUntil(now);
  }

  /**
   * The connection is found to be lost at `now`, whether the subscription was whole or not; the first `reason` since
   * it was counts.
   */
  broken(reason: string, now: number): void {
    this.#isTold = false;
    this.#brokenAt = now;
    if (!this.#isWhole) return;
    this.#isWhole = false;
    this.#reason = reason;
  }

  /** A reason that says better why there is no subscription. */
  explained(reason: string): void {
    if (!this.#isWhole) this.#reason = reason;
  }

  /** Until when everything that was published lies before or at `offset`, as far as it was heard. */
  heardUntil(sent: Offset): number | null {
    const sentBefore = successor(sent);
    return this.#marks.findLast(({ next }) => compareOffsets(next, sentBefore) <= 0)?.at ?? null;
  }

  /** The mark whose neighbours are closest to each other, compared with its age. */
  #leastMissed(): number {
    const newest = this.#marks.at(-1)?.at ?? 0;
    let least = Infinity;
    let result = 1;
    for (let index = 1; index < this.#marks.length - 1; index++) {
      const [before, mark, after] = this.#marks.slice(index - 1, index + 2);
      if (!before || !mark || !after) break;
      const missed = (after.at - before.at) / (newest - mark.at + 1);
      if (missed >= least) continue;
      least = missed;
      result = index;
    }
    return result;
  }

  #gapUntil(now: number): NewGap {
    const from = this.#provenUntil;
    const reason = from === null ? GapReason.start : this.#reason;
    this.#isTold = true;
    return {
      kind: 'gap',
      reason,
      from: from !== null && from > now ? null : from, // the clock was set back: nobody can know
      to: now,
      count: null,
    };
  }
}
