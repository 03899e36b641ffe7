import { RedisContext } from '@nestjs/microservices';
import type { Portion } from './portion.js';

/** What a handler gets beside the messages that one reading has brought for it. */
export class IntakeContext extends RedisContext {
  readonly #portions: readonly Portion[];
  #isReleased = false;
  #onReleased: (() => void) | undefined;

  constructor(channel: string, portions: readonly Portion[]) {
    super([channel]);
    this.#portions = portions;
  }

  get isReleased(): boolean {
    return this.#isReleased;
  }

  /**
   * The messages are taken in: they are in the outbox, or nobody is to get them. For whoever sees to that, and nobody
   * else. What it is not said for is told as missing (`not-taken-in`) once all handlers are done; until then nothing
   * counts as heard.
   */
  taken(): void {
    for (const portion of this.#portions) portion.taken();
    this.released();
  }

  /**
   * The payloads are copied, or not needed any more: the memory that they are views of may be read into again, and
   * the handler gets what comes next.
   */
  released(): void {
    this.#isReleased = true;
    this.#onReleased?.();
  }

  /** Fulfilled when the handler says so. */
  untilReleased(): Promise<void> {
    return new Promise((resolve) => {
      this.#onReleased = resolve;
    });
  }
}
