/** Below this each millisecond has a cell of its own. */
const EXACT_MS = 32;
/** Above it each doubling is parted into so many cells, so that a value is off by 6 % at the most. */
const CELLS_PER_DOUBLING = 16;
const EXACT_DOUBLINGS = Math.log2(EXACT_MS);
const CELLS = EXACT_MS + (31 - EXACT_DOUBLINGS) * CELLS_PER_DOUBLING;

/** What was counted until some moment, to compare with later. */
export type LatencySnapshot = Float64Array;

/**
 * Counts milliseconds so that percentiles can be told, in memory that does not grow: cells as wide as their
 * values are large, as in an HDR histogram (http://hdrhistogram.org).
 */
export class Latencies {
  readonly #counts = new Float64Array(CELLS);

  /** @param ms a whole number; below 0 counts as 0 */
  observe(ms: number): void {
    const cell = cellOf(ms);
    this.#counts[cell] = (this.#counts[cell] ?? 0) + 1;
  }

  snapshot(): LatencySnapshot {
    return this.#counts.slice();
  }
}

/**
 * The values that are not exceeded by the given shares of what was counted between two snapshots; null when
 * nothing was.
 *
 * @param shares ascending, from 0 to 1
 */
export function percentiles(
  before: LatencySnapshot,
  after: LatencySnapshot,
  shares: readonly number[],
): number[] | null {
  const counts = after.map((count, cell) => count - (before[cell] ?? 0));
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  return shares.map((share) => {
    let left = Math.max(1, Math.ceil(total * share));
    const cell = counts.findIndex((count) => (left -= count) <= 0);
    return upperEndOf(cell);
  });
}

function cellOf(ms: number): number {
  if (ms < EXACT_MS) return Math.max(0, ms);
  const value = Math.min(ms, 2 ** 31 - 1);
  const doubling = 31 - Math.clz32(value);
  const within = (value >>> (doubling - 4)) - CELLS_PER_DOUBLING;
  return EXACT_MS + (doubling - EXACT_DOUBLINGS) * CELLS_PER_DOUBLING + within;
}

function upperEndOf(cell: number): number {
  if (cell < EXACT_MS) return cell;
  const doubling = Math.floor((cell - EXACT_MS) / CELLS_PER_DOUBLING) + EXACT_DOUBLINGS;
  const within = (cell - EXACT_MS) % CELLS_PER_DOUBLING;
  return (within + CELLS_PER_DOUBLING + 1) * 2 ** (doubling - 4) - 1;
}
