const pids = new Set<number>();

/** Nothing that was started outlives this process, however it ends; children do not see its Ctrl-C. */
export function endsWithUs(pid: number | undefined): void {
  if (pid !== undefined) pids.add(pid);
}

process.on('exit', () => {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended before us, as it should.
    }
  }
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => process.exit(130));
