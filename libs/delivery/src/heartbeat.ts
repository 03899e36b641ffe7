export interface HeartbeatOptions {
  /** How often `check` is due, and the peer is asked for a sign of life. */
  readonly intervalMs: number;
  /** How long it may be silent before the connection counts as dead. */
  readonly deadlineMs: number;
}

export type HeartbeatVerdict = 'ask' | 'dead';

/** Asks every 5 s, gives up after 10 s of silence. */
export const HEARTBEAT: HeartbeatOptions = { intervalMs: 5_000, deadlineMs: 10_000 };

/** Finds out that a peer is gone though its connection stands (half open). */
export class Heartbeat {
  readonly intervalMs: number;
  #heardAt: number;
  #checkedAt: number;

  constructor(
    private readonly options: HeartbeatOptions,
    now: number,
  ) {
    this.intervalMs = options.intervalMs;
    this.#heardAt = now;
    this.#checkedAt = now;
  }

  /** The peer sent something, whatever it was. */
  heard(now: number): void {
    this.#heardAt = now;
  }

  /** What to do now. Whoever is silent for the deadline was asked at every check in it. */
  check(now: number): HeartbeatVerdict {
    const { intervalMs, deadlineMs } = this.options;
    const wasAsleep = now - this.#checkedAt >= 2 * intervalMs; // we were, not the peer: ask anew
    this.#checkedAt = now;
    if (wasAsleep) this.#heardAt = now - intervalMs;
    return now - this.#heardAt >= deadlineMs ? 'dead' : 'ask';
  }
}
