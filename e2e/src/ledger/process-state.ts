import { readFileSync } from 'node:fs';
import { until } from '../stage.js';

/** Resolves when the process is stopped, as after SIGSTOP: `T` in what `ps` shows. */
export async function isStopped(pid: number): Promise<void> {
  await until(() => stateOf(pid) === 'T');
}

function stateOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.charAt(stat.lastIndexOf(')') + 2);
}
