import { inspect } from 'node:util';
import { randomisedExponentialBackoff } from '@relay/delivery';

/** A handler did not finish within its time. It may still be running, so it is not tried again. */
export class HandlerTimeoutError extends Error {
  readonly code = 'handler-timeout';
  override readonly name = 'HandlerTimeoutError';
}

/** A handler refused for good. */
export class HandlerFailedError extends Error {
  readonly code = 'handler-failed';
  override readonly name = 'HandlerFailedError';

  constructor(
    readonly attempts: number,
    override readonly cause: Error,
  ) {
    super(cause.message);
  }
}

export interface AttemptOptions {
  /** How often a handler that throws is called. */
  readonly attempts: number;
  readonly timeoutMs: number;
}

type Work = () => void | Promise<void>;

/**
 * Calls `work` until it succeeds, with backoff between the attempts. Returns a promise only if there is
 * something to wait for.
 *
 * @throws HandlerFailedError (or rejects with it) after the last attempt, or at once when `work` hangs.
 */
export function attempt(work: Work, options: AttemptOptions): void | Promise<void> {
  try {
    const pending = work();
    return pending && attemptAfter(pending, work, options);
  } catch (error) {
    return attemptAfter(Promise.reject(toError(error)), work, options);
  }
}

/**
 * The same for work that was called once already.
 *
 * @param first what that call left to wait for, or a rejection with what it threw
 */
export function attemptAfter(
  first: Promise<void>,
  work: Work,
  options: AttemptOptions,
): Promise<void> {
  return attemptAgain(work, options, 1, withinTime(first, options.timeoutMs));
}

async function attemptAgain(
  work: Work,
  options: AttemptOptions,
  count: number,
  pending: Promise<void>,
): Promise<void> {
  try {
    await pending;
  } catch (thrown) {
    const error = toError(thrown);
    if (error instanceof HandlerTimeoutError || count >= options.attempts) {
      throw new HandlerFailedError(count, error);
    }
    await sleep(randomisedExponentialBackoff(count, Math.random()));
    const next = withinTime(start(work), options.timeoutMs);
    await attemptAgain(work, options, count + 1, next);
  }
}

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

async function start(work: Work): Promise<void> {
  await work();
}

/** Settles as `pending` does, or rejects when that takes longer than `timeoutMs`. */
async function withinTime(pending: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new HandlerTimeoutError(`not done after ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    await Promise.race([pending, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** What was thrown, as an error. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(typeof thrown === 'string' ? thrown : inspect(thrown));
}
