import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import {
  chromiumIsMissing,
  findChromium,
  findNginx,
  findRedisServer,
  nginxIsMissing,
  redisIsMissing,
} from '@relay/testing';

/** A program that npm can not bring. */
export interface SystemPackage {
  readonly aptPackage: string;
  /** One sentence that says how to install it by hand. */
  readonly missing: string;
  readonly find: () => string | undefined;
  /** Only some tests need it, which say so: nothing else is to fail without it. */
  readonly isForTestsOnly?: boolean;
}

export const systemPackages: readonly SystemPackage[] = [
  { aptPackage: 'redis-server', missing: redisIsMissing, find: findRedisServer },
  { aptPackage: 'nginx', missing: nginxIsMissing, find: findNginx, isForTestsOnly: true },
  {
    aptPackage: 'chromium',
    missing: chromiumIsMissing,
    find: findChromium,
    isForTestsOnly: true,
  },
];

/** Nobody's machine is changed by sudo behind their back: root only, and never with SETUP=never. */
export function mayInstall(): boolean {
  return process.env['SETUP'] !== 'never' && process.getuid?.() === 0 && existsSync(aptGet);
}

export function install(packages: readonly SystemPackage[]): void {
  withoutStartingServices(() => {
    run('update');
    run('install', '-y', '--no-install-recommends', ...packages.map((each) => each.aptPackage));
  });
}

const aptGet = '/usr/bin/apt-get';
const policy = '/usr/sbin/policy-rc.d';

function run(...args: string[]): void {
  process.stderr.write(`[setup] apt-get ${args.join(' ')}\n`);
  const { status } = spawnSync(aptGet, ['-qq', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`apt-get ${args.join(' ')} failed.`);
}

/** Debian asks policy-rc.d whether a package may start its service; 101 means no. */
function withoutStartingServices(work: () => void): void {
  if (existsSync(policy)) return work();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n');
  chmodSync(policy, 0o755);
  try {
    work();
  } finally {
    rmSync(policy);
  }
}
