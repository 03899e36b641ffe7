const PERIOD_MS = 1000;

interface Period {
  admitted: number;
  left: number;
  readonly timer: NodeJS.Timeout;
  readonly onLeft: (count: number) => void;
}

/** Admits only so many of the same kind a second, and says afterwards how many were left out. */
export class RepetitionLimit {
  readonly #periods = new Map<string, Period>();

  /** @param perSecond how many of a kind are admitted */
  constructor(private readonly perSecond: number) {}

  /**
   * Whether another of `kind` may be said.
   *
   * @param onLeft called when the second is over, with how many were left out, if any were
   */
  admits(kind: string, onLeft: (count: number) => void): boolean {
    const period = this.#periods.get(kind) ?? this.#begin(kind, onLeft);
    if (period.admitted < this.perSecond) {
      period.admitted += 1;
      return true;
    }
    period.left += 1;
    return false;
  }

  /** Says now what was left out: the process ends. */
  flush(): void {
    for (const kind of [...this.#periods.keys()]) this.#end(kind);
  }

  #begin(kind: string, onLeft: (count: number) => void): Period {
    const timer = setTimeout(() => {
      this.#end(kind);
    }, PERIOD_MS).unref();
    const period = { admitted: 0, left: 0, timer, onLeft };
    this.#periods.set(kind, period);
    return period;
  }

  #end(kind: string): void {
    const period = this.#periods.get(kind);
    this.#periods.delete(kind);
    clearTimeout(period?.timer);
    if (period && period.left > 0) period.onLeft(period.left);
  }
}
