/** A second signal this long after the first ends the process at once. */
const REPEATED_BY_HAND_MS = 500;

/** How long a shutdown that is told that its time is over may take to say what is left. */
const LAST_WORDS_MS = 1000;

/**
 * Calls `shutDown` at the first SIGINT, SIGTERM or SIGHUP and exits with the code that it gives.
 * Its deadline is aborted after `timeoutMs`; a moment later the process exits with 1, come what may.
 *
 * A terminal and a task runner may both pass one Ctrl-C on, so a signal counts as
 * repeated by hand, and ends the process at once, only half a second after the first.
 */
export function onShutdownSignal(
  shutDown: (deadline: AbortSignal) => Promise<number>,
  timeoutMs: number,
): void {
  let firstAt: number | undefined;
  const onSignal = (): void => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      const giveUp = setTimeout(() => {
        process.stderr.write(`shutdown not done in ${timeoutMs} ms, given up\n`);
        process.exit(1);
      }, timeoutMs + LAST_WORDS_MS).unref();
      void shutDown(AbortSignal.timeout(timeoutMs))
        .catch((error: unknown) => {
          process.stderr.write(`shutdown failed: ${String(error)}\n`);
          return 1;
        })
        .then((code) => {
          clearTimeout(giveUp);
          process.exit(code);
        });
    } else if (now - firstAt >= REPEATED_BY_HAND_MS) {
      process.exit(130);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
}
