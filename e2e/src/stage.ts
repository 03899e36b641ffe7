import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  freePort,
  MisbehavingProxy,
  RecordedProcess,
  type RecordedProcessOptions,
  RedisServer,
  type RedisServerOptions,
} from '@relay/testing';

export type App = 'publisher' | 'consumer';

export const workspace = resolve(import.meta.dirname, '../..');

/** Part of every secret that the tests use: nothing that an app prints may hold it. */
export const SECRET = 'sesame';

/**
 * Settings that the machine may have in its environment do not reach the apps, and a Redis or a consumer that
 * somebody runs on it is left alone.
 */
export const env: Readonly<Record<string, string | undefined>> = {
  NO_COLOR: '1',
  FORCE_COLOR: undefined,
  NODE_OPTIONS: undefined,
  REDIS_URL: 'redis://127.0.0.1:1',
  REDIS_CHANNELS: undefined,
  CONSUMER_URL: 'ws://127.0.0.1:1/relay',
  CONSUMER_HOST: undefined,
  CONSUMER_PORT: undefined,
  PUBLISHER_HOST: undefined,
  PUBLISHER_PORT: undefined,
  OUTBOX_MAX_MESSAGES: undefined,
  OUTBOX_MAX_BYTES: undefined,
  OUTPUT: undefined,
  PUBLISHER_NAME: undefined,
  CONSUMER_NAME: undefined,
  HANDLER_ATTEMPTS: undefined,
  HANDLER_TIMEOUT_MS: undefined,
  DEAD_LETTER_FILE: undefined,
  SHUTDOWN_TIMEOUT_MS: undefined,
  READY_OUTBOX_PERCENT: undefined,
  LOG_FORMAT: undefined,
  LOG_LEVEL: undefined,
  NODE_ENV: undefined,
  PAGE: undefined,
  PAGE_HISTORY: undefined,
  PAGE_TOKEN: undefined,
  PAGE_TOKEN_FILE: undefined,
  PAGE_REDIS_URL: undefined,
  RELAY_TOKEN: `${SECRET}-token`,
};

export function mainOf(app: App): string {
  return resolve(workspace, 'dist/apps', app, 'main.js');
}

/** What one test has started, to be ended with it. */
export class Stage {
  readonly #processes: RecordedProcess[] = [];
  readonly #servers: RedisServer[] = [];
  readonly #proxies: MisbehavingProxy[] = [];
  #consumerPort: number | undefined;

  /** A built app with these flags and no others. */
  run(app: App, ...flags: string[]): RecordedProcess {
    return this.runWith({}, app, ...flags);
  }

  /** As `run`, with these variables in its environment, and its output treated so. */
  runWith(
    options: Pick<RecordedProcessOptions, 'env' | 'onLine' | 'unkept'>,
    app: App,
    ...flags: string[]
  ): RecordedProcess {
    const started = RecordedProcess.start(process.execPath, [mainOf(app), ...flags], {
      ...options,
      env: { ...env, ...options.env },
      cwd: workspace,
    });
    this.#processes.push(started);
    return started;
  }

  async redis(options?: RedisServerOptions): Promise<RedisServer> {
    const server = await RedisServer.start(options);
    this.#servers.push(server);
    return server;
  }

  /** The network to what listens on `port`. */
  async proxy(port: number): Promise<MisbehavingProxy> {
    const proxy = await MisbehavingProxy.start({ port });
    this.#proxies.push(proxy);
    return proxy;
  }

  /** The port of every consumer of this stage, one after the other. */
  async consumerPort(): Promise<number> {
    this.#consumerPort ??= await freePort();
    return this.#consumerPort;
  }

  async consumer(...flags: string[]): Promise<RecordedProcess> {
    const port = await this.consumerPort();
    return this.run('consumer', '--host=127.0.0.1', `--port=${String(port)}`, ...flags);
  }

  async publisher(redisUrl: string, ...flags: string[]): Promise<RecordedProcess> {
    const consumer = `ws://127.0.0.1:${String(await this.consumerPort())}/relay`;
    return this.runWith(
      { env: { REDIS_URL: redisUrl } }, // it may hold a password, which does not belong into a list of processes
      'publisher',
      `--consumer-url=${consumer}`,
      '--port=0',
      ...flags,
    );
  }

  async clear(): Promise<void> {
    // A publisher would wait for a consumer that is gone: nothing is to be gained from that here.
    await Promise.all(this.#processes.map((started) => started.stop('SIGKILL')));
    await Promise.all(this.#servers.map((server) => server.stop()));
    await Promise.all(this.#proxies.map((proxy) => proxy.stop()));
    for (const { output } of this.#processes) {
      const line = output.split('\n').find((text) => text.includes(SECRET));
      if (line !== undefined) throw new Error(`a secret was printed: ${line}`);
    }
  }
}

/** Waits until the publisher says, after its first `after` lines, that it is subscribed. */
export function subscribed(publisher: RecordedProcess, after = 0): Promise<string> {
  return publisher.waitForLine('stderr', 'subscribed to ', after);
}

export function notSubscribed(publisher: RecordedProcess, after = 0): Promise<string> {
  return publisher.waitForLine('stderr', 'not subscribed', after);
}

/** How many lines it has said so far. */
export function said(started: RecordedProcess): number {
  return started.lines('stderr').length;
}

/** The publisher's health, as far as tests ask for it. */
export interface PublisherHealth {
  readonly redis: { readonly state: string; readonly problem: string | null };
  readonly outbox: { readonly entries: number };
  readonly consumers: readonly {
    readonly name: string | null;
    readonly state: string;
    readonly problem: string | null;
    readonly waiting: number;
    readonly reconnects: number;
  }[];
}

export async function health(publisher: RecordedProcess): Promise<PublisherHealth> {
  const line = await publisher.waitForLine('stderr', 'health at ');
  const response = await fetch(/http:\S+/.exec(line)?.[0] ?? '');
  return (await response.json()) as PublisherHealth;
}

/** What the publisher's health says of Redis. */
export async function redisState(publisher: RecordedProcess): Promise<string> {
  return (await health(publisher)).redis.state;
}

/** Waits for what nobody announces, by looking again and again. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setTimeout(20);
}
