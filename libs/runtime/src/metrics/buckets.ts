/**
 * Counts values by their size, as a histogram of Prometheus: for each bound how many were that or less.
 * A few comparisons of numbers, so that every message may be counted.
 */
export class Buckets {
  count = 0;
  sum = 0;
  /** How many fell between each bound and the one before it; the last: above all. */
  readonly #counts: number[];

  /** @param bounds ascending */
  constructor(readonly bounds: readonly number[]) {
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    const { bounds } = this;
    let index = 0;
    while (value > (bounds[index] ?? Infinity)) index += 1;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.count += 1;
    this.sum += value;
  }

  /** Each bound with how many values were not above it, and at the end `+Inf` with all of them. */
  *[Symbol.iterator](): IterableIterator<[bound: number | '+Inf', count: number]> {
    let count = 0;
    for (const [index, bound] of this.bounds.entries()) {
      count += this.#counts[index] ?? 0;
      yield [bound, count];
    }
    yield ['+Inf', this.count];
  }
}
