import { nowUs, wrapped } from './payload.js';
import type { RedisFeed } from './redis-feed.js';

const TICK_MS = 2;

/** A constant rate without end, in small batches, until it is stopped. */
export class SteadyLoad {
  readonly #timer: NodeJS.Timeout;
  readonly #before: number;
  readonly #startUs = nowUs();

  constructor(
    private readonly feed: RedisFeed,
    private readonly perSecond: number,
  ) {
    this.#before = feed.sent;
    this.#timer = setInterval(() => this.#send(), TICK_MS);
  }

  /** How many messages it is behind its rate: Redis did not take them in time. */
  get behind(): number {
    const due = Math.floor(((nowUs() - this.#startUs) / 1e6) * this.perSecond);
    return due - (this.feed.sent - this.#before);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #send(): void {
    while (this.feed.hasRoom) {
      const count = Math.min(this.behind, this.feed.batchMessages);
      if (count < 1) return;
      this.feed.sendBatch(count, wrapped(nowUs()));
    }
  }
}
