export interface Timer {
  readonly at: number;
  readonly order: number;
  /** Whether it belongs to something that goes on for ever, such as a heartbeat. */
  readonly isPeriodic: boolean;
  run: (() => void) | undefined;
}

/** Virtual time: events in the order of their times, those of one time in the order they were set. */
export class Clock {
  #now = 1_000_000;
  #order = 0;
  #pending = 0;
  readonly #heap: Timer[] = [];

  get now(): number {
    return this.#now;
  }

  /** Timers that are set and not periodic. */
  get pending(): number {
    return this.#pending;
  }

  after(delayMs: number, run: () => void): Timer {
    this.#pending += 1;
    return this.#push(delayMs, run, false);
  }

  /** Runs again and again until it is cancelled. */
  every(intervalMs: number, run: () => void): { cancel: () => void } {
    const again = (): Timer => {
      return this.#push(
        intervalMs,
        () => {
          timer = again();
          run();
        },
        true,
      );
    };
    let timer = again();
    return { cancel: () => this.cancel(timer) };
  }

  cancel(timer: Timer | undefined): void {
    if (timer?.run === undefined) return;
    timer.run = undefined;
    if (!timer.isPeriodic) this.#pending -= 1;
  }

  /** Lets time pass, at the most `ms`, until `isOver`. */
  advance(ms: number, isOver: () => boolean = () => false): void {
    const end = this.#now + ms;
    while (!isOver()) {
      const next = this.#heap[0];
      if (next === undefined || next.at > end) break;
      this.#pop();
      if (next.run === undefined) continue;
      this.#now = next.at;
      const { run } = next;
      this.cancel(next);
      run();
    }
    if (!isOver()) this.#now = end;
  }

  #push(delayMs: number, run: () => void, isPeriodic: boolean): Timer {
    const timer: Timer = { at: this.#now + delayMs, order: this.#order++, isPeriodic, run };
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(timer, parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = timer;
    return timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let below = index * 2 + 1;
      let child = heap[below];
      if (child === undefined) break;
      const other = heap[below + 1];
      if (other !== undefined && isBefore(other, child)) {
        below += 1;
        child = other;
      }
      if (!isBefore(child, last)) break;
      heap[index] = child;
      index = below;
    }
    heap[index] = last;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
