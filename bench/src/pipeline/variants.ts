import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

export const workspace = resolve(import.meta.dirname, '../../..');

/** A program and the file that it runs. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  /** Environment variables that it gets besides. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** One way from Redis to a consumer. */
export interface Variant {
  readonly name: string;
  readonly title: string;
  /** None where the consumer subscribes by itself. */
  readonly publisher?: Program;
  readonly consumer: Program;
  /** In `--full` only. */
  readonly isExtra?: boolean;
  /** What is missing on this machine. */
  readonly missing?: () => string | undefined;
}

/** What everything is measured against. */
export const REFERENCE = 'bare-pipe';
export const RELAY = 'relay';
/** What this load and this Redis can give at the most. */
export const CEILING = 'redis-alone';

export const PYTHON = '/usr/bin/python3';

/** Without bufferutil, which this workspace has and which `npm install ws` does not bring. */
const PLAIN_WS = { WS_NO_BUFFER_UTIL: '1' };

export const variants: readonly Variant[] = [
  {
    name: RELAY,
    title: 'relay',
    publisher: node('dist/apps/publisher/main.js'),
    consumer: node('dist/bench/counting-consumer/main.js'),
  },
  {
    name: REFERENCE,
    title: 'bare pipe (ioredis → ws → ws)',
    publisher: node('dist/bench/bare-pipe/publisher/main.js', PLAIN_WS),
    consumer: node('dist/bench/bare-pipe/consumer/main.js', PLAIN_WS),
  },
  {
    name: 'bare-bufferutil',
    title: 'bare pipe with bufferutil',
    publisher: node('dist/bench/bare-pipe/publisher/main.js'),
    consumer: node('dist/bench/bare-pipe/consumer/main.js'),
    isExtra: true,
  },
  {
    name: 'nestjs',
    title: 'obvious NestJS',
    publisher: node('dist/bench/nestjs/publisher/main.js', PLAIN_WS),
    consumer: node('dist/bench/nestjs/consumer/main.js', PLAIN_WS),
  },
  {
    name: 'python',
    title: 'Python (redis-py → websockets)',
    publisher: { command: PYTHON, args: ['bench/src/peers/python/publisher.py'] },
    consumer: { command: PYTHON, args: ['bench/src/peers/python/consumer.py'] },
    missing: missingOfPython,
  },
  {
    name: 'ioredis-alone',
    title: 'ioredis alone (no relay)',
    consumer: node('dist/bench/redis-alone/ioredis-subscriber/main.js'),
    isExtra: true,
  },
  {
    name: CEILING,
    title: 'Redis alone (ceiling of the load)',
    consumer: node('dist/bench/redis-alone/socket-subscriber/main.js'),
  },
];

/** @throws Error naming those that exist */
export function variantNamed(name: string): Variant {
  const variant = variants.find((each) => each.name === name);
  if (variant) return variant;
  throw new Error(`no variant ${name}; there are ${variants.map((each) => each.name).join(', ')}`);
}

function node(file: string, variables: Program['variables'] = {}): Program {
  return { command: process.execPath, args: [resolve(workspace, file)], variables };
}

function missingOfPython(): string | undefined {
  const advice = 'apt-get install python3-redis python3-websockets';
  if (!existsSync(PYTHON)) return `${PYTHON} is not there; ${advice}`;
  const { status } = spawnSync(PYTHON, ['-c', 'import redis, websockets'], { stdio: 'ignore' });
  return status === 0 ? undefined : `python3-redis or python3-websockets is not there; ${advice}`;
}
