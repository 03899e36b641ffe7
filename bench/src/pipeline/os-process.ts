import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a process takes of memory, as the operating system counts it. */
export interface Memory {
  readonly rssBytes: number;
  /** Of it, what is no file's: heaps, stacks, buffers. */
  readonly anonymousBytes: number;
}

let ticksPerSecond: number | undefined;

/** The CPU that a process has used in all its threads, in seconds, to 10 ms. */
export function cpuSeconds(pid: number): number {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold spaces; utime and stime are fields 14 and 15 (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

export function memory(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytesOf = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
  return { rssBytes: bytesOf('VmRSS'), anonymousBytes: bytesOf('RssAnon') };
}
