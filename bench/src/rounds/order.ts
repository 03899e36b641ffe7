/** One variant to be measured, at each of these sizes in turn. */
export interface Turn<V> {
  readonly round: number;
  readonly variant: V;
  readonly sizes: readonly number[];
}

/**
 * Each round begins with another variant, and with another size; the other variants come backwards in
 * every second round. So nobody is always first, nor always behind the same.
 */
export function turns<V>(
  rounds: number,
  sizes: readonly number[],
  variants: readonly V[],
): Turn<V>[] {
  if (sizes.length === 0) return [];
  return Array.from({ length: rounds }, (_, index) => index + 1).flatMap((round) =>
    inRound(variants, round).map((variant) => ({ round, variant, sizes: rotated(sizes, round) })),
  );
}

function inRound<T>(items: readonly T[], round: number): T[] {
  const [first, ...others] = rotated(items, round);
  if (first === undefined) return [];
  return [first, ...(round % 2 === 0 ? others.toReversed() : others)];
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const at = by % Math.max(items.length, 1);
  return [...items.slice(at), ...items.slice(0, at)];
}
