/**
 * When the next frame may go. What has just come goes at once; a frame that only follows from another waits for
 * the next turn of the event loop: between two, what Redis has to say is heard. None goes while one still waits
 * for the network: the outbox bounds what waits, the memory of a socket would not.
 */
export class FramePace {
  #isSending = false;
  #postponed: (() => void) | undefined;

  constructor(private readonly isCongested: () => boolean) {}

  /** Calls `send` once, now or when its time has come; there is only one at a time. */
  next(send: () => void): void {
    if (this.isCongested()) {
      this.#postponed = send;
      return;
    }
    if (this.#isSending) {
      setImmediate(() => {
        this.next(send);
      });
      return;
    }
    this.#isSending = true;
    try {
      send();
    } finally {
      this.#isSending = false;
    }
  }

  /** The network has taken what waited, or is gone. */
  resume(): void {
    const send = this.#postponed;
    this.#postponed = undefined;
    if (send) this.next(send);
  }
}
