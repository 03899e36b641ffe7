import { compareOffsets, GapReason, type Offset, successor } from '@relay/contracts';
import type { NewGap } from './outbox.js';

/** Beyond this many marks every second one goes: they get coarser, never wrong. */
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
  #began = false;
  #isWhole = false;
  #provenUntil: number | null = null;
  #reason: string = GapReason.redisConnectionLost;
  #marks: Mark[] = [];

  /** Until when everything that was published was heard; null before the first subscription. */
  get provenUntil(): number | null {
    return this.#provenUntil;
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
   * UNSUBSCRIBE that was sent at `at`, or had acknowledged every SUBSCRIBE by then.
   */
  proven(at: number, next: Offset): void {
    if (!this.#isWhole) return;
    this.#provenUntil = Math.max(this.#provenUntil ?? at, at);
    this.#marks.push({ next, at: this.#provenUntil });
    if (this.#marks.length > MAX_MARKS)
      this.#marks = this.#marks.filter((_, index) => index % 2 === 0);
  }

  /**
   * A message is there though not every SUBSCRIBE is acknowledged: the outbox has to begin before it.
   *
   * @returns the gap to append before the message, if it is the first of all
   */
  messageBeforeSubscribed(now: number): NewGap | undefined {
    return this.#began ? undefined : this.#gapUntil(now);
  }

  /** The subscription ended; `reason` is the first cause since it was whole. */
  broken(reason: string): void {
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
    let at: number | null = null;
    const sentBefore = successor(sent);
    for (const mark of this.#marks) {
      if (compareOffsets(mark.next, sentBefore) > 0) break;
      at = mark.at;
    }
    return at;
  }

  #gapUntil(now: number): NewGap {
    const from = this.#provenUntil;
    const reason = this.#began ? this.#reason : GapReason.start;
    this.#began = true;
    return {
      kind: 'gap',
      reason,
      from: from === null ? null : Math.min(from, now),
      to: now,
      count: null,
    };
  }
}
