/** A gap as `--output=json` prints it, its times in milliseconds since 1970. */
export interface PrintedGap {
  readonly reason: string;
  readonly from: number | null;
  readonly to: number | null;
  readonly count: number | null;
}

/** Numbers that were left out, and the gaps that were printed in their place. */
export interface Skip {
  readonly first: number;
  readonly last: number;
  readonly gaps: readonly PrintedGap[];
}

/** Numbers that a process printed though the one before it had done so. */
export interface Repeat {
  readonly first: number;
  readonly last: number;
  /** How the process before ended: in good order, or killed or in the middle of something. */
  readonly after: 'cleanly' | 'early';
}

interface Line {
  readonly kind: string;
  readonly payload: string;
  readonly offset: string;
  readonly reason: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly count: number | null;
}

interface Waiter {
  readonly n: number;
  readonly resolve: () => void;
}

/** Where a new outbox begins: its offsets start again. */
const BEGINNINGS = ['publisher-restarted', 'publisher-lost'];

/**
 * The half of the ledger that says what was handled: what the consumers in one place have printed,
 * process after process.
 */
export class Printed {
  /** The highest number so far. */
  highest = 0;
  /** Numbers that were printed for the first time. */
  handled = 0;
  readonly gaps: PrintedGap[] = [];
  readonly skips: Skip[] = [];
  readonly repeats: Repeat[] = [];
  /** What no promise allows whatever happens: disorder, and lines that nobody can read. */
  readonly violations: string[] = [];
  #gapsSinceHighest: PrintedGap[] = [];
  /** The last number of the process that runs; 0 before its first. */
  #last = 0;
  #lastOffset = 0;
  #previousEnd: Repeat['after'] = 'cleanly';
  #torn: string | undefined;
  readonly #waiters = new Set<Waiter>();

  constructor(readonly consumer: string) {}

  /** The process that printed until now has ended, and all its output was read. */
  processEnded(how: Repeat['after']): void {
    // ended in the middle of a line, which it has not acknowledged then
    if (this.#torn !== undefined && how === 'cleanly') this.#violation(`printed ${this.#torn}`);
    this.#torn = undefined;
    this.#previousEnd = how;
    this.#last = 0;
    this.#lastOffset = 0;
  }

  /** Resolves once `n` or a later number was printed. */
  waitFor(n: number): Promise<void> {
    if (this.highest >= n) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.add({ n, resolve }));
  }

  add(text: string): void {
    if (this.#torn !== undefined) this.#violation(`printed ${this.#torn}`);
    this.#torn = undefined;
    let line: Line;
    try {
      line = JSON.parse(text) as Line;
    } catch {
      this.#torn = text;
      return;
    }
    if (line.kind === 'message') this.#message(Number(line.payload), line.offset);
    else if (line.kind === 'gap') this.#gap(line);
    else this.#start(line);
  }

  #message(n: number, offset: string): void {
    const place = Number(offset.slice(offset.indexOf('-') + 1));
    if (!(place > this.#lastOffset)) {
      this.#violation(`${n} at offset ${offset}, behind ${this.#lastOffset}`);
    }
    this.#lastOffset = place;
    if (!(n > this.#last)) this.#violation(`${n} behind ${this.#last}`);
    const isFirst = this.#last === 0;
    this.#last = n;
    if (n > this.highest) this.#advance(n);
    else if (isFirst) {
      this.repeats.push({ first: n, last: this.highest, after: this.#previousEnd });
    }
  }

  #advance(n: number): void {
    if (n > this.highest + 1) {
      this.skips.push({ first: this.highest + 1, last: n - 1, gaps: this.#gapsSinceHighest });
    }
    this.#gapsSinceHighest = [];
    this.highest = n;
    this.handled += 1;
    for (const waiter of this.#waiters) {
      if (n < waiter.n) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  #gap({ reason, from, to, count }: Line): void {
    const gap = { reason, from: timeOf(from), to: timeOf(to), count };
    this.gaps.push(gap);
    this.#gapsSinceHighest.push(gap);
    if (BEGINNINGS.includes(reason)) this.#lastOffset = 0;
  }

  #start({ kind }: Line): void {
    if (kind !== 'start') this.#violation(`a line of kind ${kind}`);
    if (this.highest > 0) this.#violation(`a beginning behind ${this.highest}`);
    this.#lastOffset = 0;
  }

  #violation(what: string): void {
    this.violations.push(`${this.consumer}: ${what}`);
  }
}

function timeOf(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}
