const LONGEST_MS = 10_000;

/**
 * Randomised exponential backoff with full jitter (Brooker, "Exponential Backoff And Jitter", AWS 2015).
 *
 * @param attempt how many attempts have failed, from 1
 * @param random a number in [0, 1)
 * @param longestMs what it is capped at
 * @returns milliseconds to wait: anything up to 100 ms doubled with each attempt, or up to the cap
 */
export function randomisedExponentialBackoff(
  attempt: number,
  random: number,
  longestMs = LONGEST_MS,
): number {
  return Math.round(random * Math.min(longestMs, 100 * 2 ** (attempt - 1)));
}

/**
 * How long to wait where a person has to change something first: half a minute to a minute.
 *
 * @param random a number in [0, 1)
 */
export function slowRetry(random: number): number {
  return Math.round(30_000 * (1 + random));
}
