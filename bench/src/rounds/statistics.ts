/** The middle one; the mean of the two in the middle of an even number. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = NaN, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return (low + high) / 2;
}

/** Lowest, middle and highest. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * How many times the reference, round by round: what disturbs a machine for a while disturbs both, and
 * rounds that one of them lacks are left out.
 */
export function pairedRatios(
  values: ReadonlyMap<number, number>,
  reference: ReadonlyMap<number, number>,
): number[] {
  return Array.from(values, ([round, value]) => value / (reference.get(round) ?? NaN)).filter(
    (ratio) => Number.isFinite(ratio),
  );
}
