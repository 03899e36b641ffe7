import type { Metrics } from '../metrics/metrics.js';
import { Tally } from '../metrics/tally.js';

/** How often each limit was reached. */
export class LimitCounts<Limit extends string> {
  readonly #tally: Tally;

  constructor(private readonly limits: readonly Limit[]) {
    this.#tally = new Tally(limits);
  }

  add(limit: Limit): void {
    this.#tally.add(limit);
  }

  /** Each with its count, 0 too. */
  get counts(): [Limit, number][] {
    const counts = new Map(this.#tally);
    return this.limits.map((limit) => [limit, counts.get(limit) ?? 0]);
  }
}

/** Serves how often limits were reached. */
export function measureLimits(metrics: Metrics, reached: LimitCounts<string>): void {
  metrics.counter({
    name: 'relay_limit_reached_total',
    help: 'How often a client was refused, slowed down or cut off at a limit, or a consumer had to do with less.',
    labels: ['limit'],
    read: () => reached.counts.map(([limit, count]) => [{ limit }, count]),
  });
}
