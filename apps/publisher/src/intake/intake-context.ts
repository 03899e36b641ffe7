import { RedisContext } from '@nestjs/microservices';

/** What a handler gets beside the messages that one reading has brought for it. */
export class IntakeContext extends RedisContext {
  #isTaken = false;
  #onTaken: (() => void) | undefined;

  get isTaken(): boolean {
    return this.#isTaken;
  }

  /**
   * The messages are taken in, and their payloads copied or not needed any more: the memory that these are views
   * of may be read into again, and what comes next is handed over. What no handler has said this for is told as
   * missing (`not-taken-in`) once all are done; until then nothing counts as heard.
   */
  taken(): void {
    this.#isTaken = true;
    this.#onTaken?.();
  }

  /** Fulfilled when the handler says so. */
  untilTaken(): Promise<void> {
    return new Promise((resolve) => {
      this.#onTaken = resolve;
    });
  }
}
