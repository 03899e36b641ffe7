/**
 * So many a second, and so many at once after a rest. Time is passed in, in milliseconds of a clock that
 * never goes back.
 */
export class TokenBucket {
  #tokens: number;
  #at = -Infinity;

  constructor(
    private readonly perSecond: number,
    private readonly atOnce: number,
  ) {
    this.#tokens = atOnce;
  }

  /** Takes one if there is one. */
  tryTake(now: number): boolean {
    this.#fill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /**
   * Takes one, even if that makes a debt.
   *
   * @returns how many milliseconds it takes until none is owed; 0 if none is
   */
  take(now: number): number {
    this.#fill(now);
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens / this.perSecond) * 1000);
  }

  #fill(now: number): void {
    const gained = this.#at === -Infinity ? 0 : ((now - this.#at) / 1000) * this.perSecond;
    this.#tokens = Math.min(this.atOnce, this.#tokens + gained);
    this.#at = now;
  }
}
