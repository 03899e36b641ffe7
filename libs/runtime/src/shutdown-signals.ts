/** A second signal this long after the first is meant by hand. */
const REPEATED_BY_HAND_MS = 500;

/** How long a shutdown that is told that its time is over may take to say what is left. */
const LAST_WORDS_MS = 1000;

/** Of a process that was ended by SIGINT. */
const INTERRUPTED = 130;

/**
 * Calls `shutDown` at the first SIGINT, SIGTERM or SIGHUP and exits with the code that it gives.
 * Its deadline is aborted after `timeoutMs`; a moment later the process exits with 1, come what may.
 *
 * A terminal and a task runner may both pass one Ctrl-C on, so a signal counts as
 * repeated by hand only half a second after the first: it aborts the deadline, and the
 * process exits with 130 when that is done, or at the next signal.
 */
export function onShutdownSignal(
  shutDown: (deadline: AbortSignal) => Promise<number>,
  timeoutMs: number,
): void {
  let firstAt: number | undefined;
  const hurried = new AbortController();
  const onSignal = (): void => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      const giveUp = setTimeout(() => {
        process.stderr.write(`shutdown not done in ${timeoutMs} ms, given up\n`);
        process.exit(1);
      }, timeoutMs + LAST_WORDS_MS).unref();
      void shutDown(AbortSignal.any([AbortSignal.timeout(timeoutMs), hurried.signal]))
        .catch((error: unknown) => {
          process.stderr.write(`shutdown failed: ${String(error)}\n`);
          return 1;
        })
        .then((code) => {
          clearTimeout(giveUp);
          process.exit(hurried.signal.aborted ? INTERRUPTED : code);
        });
    } else if (hurried.signal.aborted) {
      process.exit(INTERRUPTED);
    } else if (now - firstAt >= REPEATED_BY_HAND_MS) {
      hurried.abort();
      setTimeout(() => {
        process.exit(INTERRUPTED);
      }, LAST_WORDS_MS);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
}
