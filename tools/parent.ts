import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Calls back once when a process on the way from npx over Nx to this one is gone: npx ends at
 * SIGTERM without telling Nx, which would run on with all below it.
 */
export function onParentGone(callback: () => void): void {
  const parents = parentsUpToNpx();
  const timer = setInterval(() => {
    if (parents.every(isAlive)) return;
    clearInterval(timer);
    callback();
  }, 250);
  timer.unref();
}

function parentsUpToNpx(maxLevels = 6): number[] {
  const parents = [process.ppid];
  let upToRunner = [process.ppid];
  for (let level = 0; level < maxLevels; level += 1) {
    const { parent, command } = lookUp(parents.at(-1) ?? 0);
    if (/^npm |[\\/]nx(\.js)?( |$)/.test(command)) upToRunner = [...parents];
    if (parent <= 1) break;
    parents.push(parent);
  }
  return upToRunner;
}

function lookUp(pid: number): { parent: number; command: string } {
  try {
    if (process.platform === 'linux') {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return { parent: Number(/^PPid:\s*(\d+)/m.exec(status)?.[1] ?? 0), command };
    }
    const line = execFileSync('ps', ['-o', 'ppid=,args=', '-p', `${pid}`], { encoding: 'utf8' });
    const [, parent = '0', command = ''] = /^\s*(\d+)\s+(.*)/.exec(line) ?? [];
    return { parent: Number(parent), command };
  } catch {
    // Gone already, or a system without ps: the direct parent is watched all the same.
    return { parent: 0, command: '' };
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
