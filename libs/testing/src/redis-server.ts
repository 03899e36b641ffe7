import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { RecordedProcess } from './child.js';
import { findOnPath } from './find-on-path.js';
import { freePort } from './free-port.js';

export interface RedisServerOptions {
  /** More of redis-server's own flags, such as `['--requirepass', 'secret']`. */
  readonly args?: readonly string[];
  /** Default: a free one. */
  readonly port?: number;
}

/** How one comes by a Redis server, in one sentence. */
export const redisIsMissing =
  'No redis-server or valkey-server was found; install one with ' +
  '`apt-get install redis-server`, `dnf install valkey`, `apk add redis` or `brew install redis`.';

/** The path of the Redis (or Valkey) server that is on the PATH. */
export function findRedisServer(): string | undefined {
  return findOnPath('redis-server') ?? findOnPath('valkey-server');
}

/** A private Redis on 127.0.0.1 that keeps nothing, to be frozen, killed and started again. */
export class RedisServer {
  private constructor(
    private readonly binary: string,
    private readonly args: readonly string[],
    private readonly folder: string,
    readonly port: number,
  ) {}

  private process: RecordedProcess | undefined;

  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const server = await RedisServer.prepare(options);
    try {
      await server.restart();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** One that `restart` starts for the first time; `stop` ends it then at any moment, also while it starts. */
  static async prepare({ args = [], port }: RedisServerOptions = {}): Promise<RedisServer> {
    const binary = findRedisServer();
    if (binary === undefined) throw new Error(redisIsMissing);
    const chosenPort = port ?? (await freePort());
    const folder = mkdtempSync(join(tmpdir(), 'relay-redis-'));
    return new RedisServer(binary, args, folder, chosenPort);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get running(): boolean {
    return this.process?.running ?? false;
  }

  get pid(): number {
    if (this.process === undefined) throw new Error('Redis was not started.');
    return this.process.pid;
  }

  /** Starts it again on the same port, ending the one that runs. */
  async restart(): Promise<void> {
    await this.end('SIGTERM');
    // prettier-ignore
    this.process = RecordedProcess.start(this.binary, [
      '--port', `${this.port}`, '--bind', '127.0.0.1', '--dir', this.folder,
      '--save', '', '--appendonly', 'no', ...this.args,
    ]);
    await this.process.waitForLine('stdout', 'Ready to accept connections');
    await this.answers();
  }

  /** Ends it in order and removes its folder. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Ends it at once, as a crash would; `restart` brings it back. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** Its connections stay open, but nothing is answered until `thaw`. */
  freeze(): void {
    this.process?.signal('SIGSTOP');
  }

  thaw(): void {
    this.process?.signal('SIGCONT');
  }

  /** Sends one command, as `redis-cli` does, on a connection of its own. */
  async cli(...args: (string | Buffer)[]): Promise<unknown> {
    const [command = 'PING', ...rest] = args;
    const client = this.connect();
    try {
      await client.connect();
      return await client.call(command.toString(), ...rest);
    } finally {
      client.disconnect();
    }
  }

  private async answers(): Promise<void> {
    const client = this.connect();
    try {
      await client.connect();
      await client.ping();
    } finally {
      client.disconnect();
    }
  }

  private connect(): Redis {
    const passwordAt = this.args.indexOf('--requirepass') + 1;
    const password = passwordAt > 0 ? this.args[passwordAt] : undefined;
    const client = new Redis({
      host: '127.0.0.1',
      port: this.port,
      lazyConnect: true,
      retryStrategy: null,
      ...(password === undefined ? {} : { password }),
    });
    // Failures reach the caller through the promise of `connect` or of the command.
    client.on('error', () => undefined);
    return client;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.running) return;
    const stopped = this.process?.stop(signal);
    this.thaw();
    await stopped;
  }
}
