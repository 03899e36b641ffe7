import type { Figures } from '@relay/contracts';
import type { DeadLetters } from '../handling/dead-letters.js';
import type { Dispatcher } from '../handling/dispatcher.js';
import { percentiles } from '../handling/latencies.js';
import type { Reception } from '../reception/reception.js';
import { Newest } from './newest.js';

/** How many seconds are remembered. */
const SECONDS = 300;

/** What is counted and measured, second by second. */
export class FiguresOfLate {
  readonly #figures = new Newest<Figures>(SECONDS);
  #latencies;

  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly deadLetters: DeadLetters,
    private readonly reception: Reception,
  ) {
    this.#latencies = dispatcher.counts.latencies.snapshot();
  }

  /** Those of the last minutes, the oldest first. */
  get all(): Figures[] {
    return [...this.#figures];
  }

  /** A second ends at `at`, which are milliseconds since 1970; its figures. */
  endSecond(at: number): Figures {
    const { counts } = this.dispatcher;
    const publishers = [...this.reception.publishers];
    const figures = {
      at,
      handled: counts.allMessages,
      gaps: counts.gaps.total,
      missing: counts.missing.total,
      deadLetters: this.deadLetters.count,
      duplicates: this.reception.duplicates,
      reconnects: this.reception.reconnects,
      latencyMs: this.#latencyOfSecond(),
      waiting: publishers.reduce((sum, { status }) => sum + (status?.waiting ?? 0), 0),
    };
    this.#figures.push(figures);
    return figures;
  }

  #latencyOfSecond(): Figures['latencyMs'] {
    const before = this.#latencies;
    this.#latencies = this.dispatcher.counts.latencies.snapshot();
    const [p50, p99] = percentiles(before, this.#latencies, [0.5, 0.99]) ?? [];
    return p50 === undefined || p99 === undefined ? null : { p50, p99 };
  }
}
