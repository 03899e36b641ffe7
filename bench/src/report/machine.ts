import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { resolve } from 'node:path';
import type { RedisServer } from '@relay/testing';
import { PYTHON, workspace } from '../pipeline/variants.js';

/** Where and with what it was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory: string;
  readonly system: string;
  readonly node: string;
  readonly redis: string;
  readonly packages: string;
  readonly python: string;
  readonly commit: string;
  readonly date: string;
  /** What else ran when it began: the load average of the last minute. */
  readonly loadBefore: string;
}

const PACKAGES = ['ws', 'bufferutil', 'ioredis', '@nestjs/core', '@nestjs/microservices'];

export async function describeMachine(redis: RedisServer, startedAt: Date): Promise<Machine> {
  const info = String(await redis.cli('INFO', 'server'));
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    system: `${distribution()}, ${platform()} ${release()}`,
    node: process.version,
    redis: /^redis_version:(\S+)/m.exec(info)?.[1] ?? 'unknown',
    packages: PACKAGES.map((name) => `${name} ${versionOf(name)}`).join(', '),
    python: pythonVersions(),
    commit: commit(),
    date: startedAt.toISOString(),
    loadBefore: (loadavg()[0] ?? 0).toFixed(2),
  };
}

/** Short; with `-changed` when the files are not those of the commit. */
export function commit(): string {
  try {
    const git = (...args: string[]): string =>
      execFileSync('git', args, { cwd: workspace, encoding: 'utf8' }).trim();
    const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${isChanged ? '-changed' : ''}`;
  } catch {
    return 'unknown';
  }
}

function distribution(): string {
  try {
    return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

function pythonVersions(): string {
  const code =
    'import platform, redis, websockets.version as w;' +
    'print(platform.python_version(), "redis-py", redis.__version__, "websockets", w.version)';
  const { status, stdout } = spawnSync(PYTHON, ['-c', code], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : '(none)';
}

function versionOf(name: string): string {
  try {
    const file = resolve(workspace, 'node_modules', name, 'package.json');
    return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  } catch {
    return '(none)';
  }
}
