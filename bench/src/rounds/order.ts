/** One measurement to be made. */
export interface Turn<V> {
  readonly round: number;
  readonly payloadBytes: number;
  readonly variant: V;
}

/**
 * The variants of one size stand side by side, and each round begins with another of them; the others
 * come backwards in every second round. So nobody is always first, nor always behind the same.
 */
export function turns<V>(
  rounds: number,
  sizes: readonly number[],
  variants: readonly V[],
): Turn<V>[] {
  return Array.from({ length: rounds }, (_, index) => index + 1).flatMap((round) =>
    rotated(sizes, round).flatMap((payloadBytes) =>
      inRound(variants, round).map((variant) => ({
        round,
        payloadBytes,
        variant,
      })),
    ),
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
