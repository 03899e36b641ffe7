/**
 * Randomised exponential backoff with full jitter (Brooker, "Exponential Backoff And Jitter", AWS 2015).
 *
 * @param attempt how many attempts have failed, from 1
 * @param random a number in [0, 1)
 * @returns milliseconds to wait: anything up to 100 ms doubled with each attempt, capped at 10 s
 */
export function randomisedExponentialBackoff(
  attempt: number,
  random: () => number = Math.random,
): number {
  return Math.round(random() * Math.min(10_000, 100 * 2 ** (attempt - 1)));
}
