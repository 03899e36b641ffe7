/** A second signal this long after the first ends the process at once. */
const REPEATED_BY_HAND_MS = 1000;

/** A shutdown that takes longer is given up. */
const SHUTDOWN_TIMEOUT_MS = 10_000;

/**
 * Calls `shutDown` at the first SIGINT, SIGTERM or SIGHUP and exits with the code that it gives.
 *
 * A terminal and a task runner may both pass one Ctrl-C on, so a signal counts as
 * repeated by hand, and ends the process at once, only a second after the first.
 */
export function onShutdownSignal(shutDown: () => Promise<number>): void {
  let firstAt: number | undefined;
  const onSignal = (): void => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      setTimeout(() => {
        process.stderr.write(`shutdown not done in ${SHUTDOWN_TIMEOUT_MS} ms, given up\n`);
        process.exit(1);
      }, SHUTDOWN_TIMEOUT_MS).unref();
      void shutDown().then(
        (code) => process.exit(code),
        (error: unknown) => {
          process.stderr.write(`shutdown failed: ${String(error)}\n`);
          process.exit(1);
        },
      );
    } else if (now - firstAt >= REPEATED_BY_HAND_MS) {
      process.exit(130);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
}
