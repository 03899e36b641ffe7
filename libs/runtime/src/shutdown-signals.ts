import { abortedWithin } from './aborted-within.js';

/** A signal this long after the one before is meant by hand. */
const REPEATED_BY_HAND_MS = 500;

/** How long a shutdown that is told that its time is over may take to say what is left. */
const LAST_WORDS_MS = 1000;

/** Of a process that was ended by SIGINT. */
const INTERRUPTED = 130;

/**
 * Calls `shutDown` at the first SIGINT, SIGTERM or SIGHUP and exits with the code that it gives.
 * Its deadline is aborted after `timeoutMs`; a moment later the process exits with 1, come what may.
 *
 * A second signal aborts the deadline, and the process exits with 130 when that is done; a third ends it at
 * once. A terminal and a task runner may both pass one Ctrl-C on, so a signal counts only half a second after
 * the one before.
 */
export function onShutdownSignal(
  shutDown: (deadline: AbortSignal) => Promise<number>,
  timeoutMs: number,
): void {
  let countedAt = -Infinity;
  let signals = 0;
  const hurried = new AbortController();

  const begin = (): void => {
    const giveUp = setTimeout(() => {
      process.stderr.write(`shutdown not done in ${timeoutMs} ms, given up\n`);
      process.exit(1);
    }, timeoutMs + LAST_WORDS_MS).unref();
    void shutDown(abortedWithin(timeoutMs, hurried.signal))
      .catch((error: unknown) => {
        process.stderr.write(`shutdown failed: ${String(error)}\n`);
        return 1;
      })
      .then((code) => {
        clearTimeout(giveUp);
        process.exit(hurried.signal.aborted ? INTERRUPTED : code);
      });
  };
  const hurry = (): void => {
    hurried.abort();
    setTimeout(end, LAST_WORDS_MS);
  };
  const end = (): void => {
    process.exit(INTERRUPTED);
  };

  const onSignal = (): void => {
    const now = performance.now();
    if (now - countedAt < REPEATED_BY_HAND_MS) return;
    countedAt = now;
    const act = [begin, hurry][signals] ?? end;
    signals += 1;
    act();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
}
