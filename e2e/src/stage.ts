import { resolve } from 'node:path';
import { freePort, RecordedProcess, RedisServer, type RedisServerOptions } from '@relay/testing';

export type App = 'publisher' | 'consumer';

export const workspace = resolve(import.meta.dirname, '../..');

/** Settings that the machine may have in its environment do not reach the apps. */
export const env: Readonly<Record<string, string | undefined>> = {
  NO_COLOR: '1',
  FORCE_COLOR: undefined,
  NODE_OPTIONS: undefined,
  REDIS_URL: undefined,
  REDIS_CHANNELS: undefined,
  CONSUMER_URL: undefined,
  CONSUMER_HOST: undefined,
  CONSUMER_PORT: undefined,
  PUBLISHER_HOST: undefined,
  PUBLISHER_PORT: undefined,
  OUTBOX_MAX_MESSAGES: undefined,
  OUTBOX_MAX_BYTES: undefined,
  OUTPUT: undefined,
};

export function mainOf(app: App): string {
  return resolve(workspace, 'dist/apps', app, 'main.js');
}

/** What one test has started, to be ended with it. */
export class Stage {
  readonly #processes: RecordedProcess[] = [];
  readonly #servers: RedisServer[] = [];
  #consumerPort: number | undefined;

  /** A built app with these flags and no others. */
  run(app: App, ...flags: string[]): RecordedProcess {
    const started = RecordedProcess.start(process.execPath, [mainOf(app), ...flags], {
      env,
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
    return this.run(
      'publisher',
      `--redis-url=${redisUrl}`,
      `--consumer-url=${consumer}`,
      '--port=0',
      ...flags,
    );
  }

  async clear(): Promise<void> {
    await Promise.all(this.#processes.map((started) => started.stop()));
    await Promise.all(this.#servers.map((server) => server.stop()));
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

/** What the publisher's health says of Redis. */
export async function redisState(publisher: RecordedProcess): Promise<string> {
  const line = await publisher.waitForLine('stderr', 'health at ');
  const response = await fetch(/http:\S+/.exec(line)?.[0] ?? '');
  const { redis } = (await response.json()) as { redis: { state: string } };
  return redis.state;
}
