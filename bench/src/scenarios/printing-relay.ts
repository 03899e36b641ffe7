import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { freePort, type RecordedProcess, type RedisServer } from '@relay/testing';
import { RawOutput } from '../ends/raw-output.js';
import { RedisFeed } from '../load/redis-feed.js';
import { endsWithUs } from '../pipeline/ends-with-us.js';
import { answers } from '../pipeline/pipeline.js';
import { consumerEnvironment, consumerMain, startPublisher } from './relay-apps.js';

const POLL_MS = 5;
const START_MS = 20_000;
const READ_BYTES = 1024 * 1024;

/** The relay as it is built, its consumer printing payloads into a pipe or a file that is read here. */
export class PrintingRelay {
  private constructor(
    /** That of the consumer. */
    readonly port: number,
    readonly consumer: ChildProcess,
    readonly publisher: RecordedProcess,
    readonly feed: RedisFeed,
    readonly output: RawOutput,
    private readonly cleanUp: () => void,
  ) {}

  static async start(
    redis: RedisServer,
    payloadBytes: number,
    into: 'pipe' | 'file',
  ): Promise<PrintingRelay> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'relay-bench-'));
    const file = join(folder, 'messages.log');
    const fd = into === 'file' ? openSync(file, 'w+') : undefined;
    const consumer = spawn(process.execPath, [consumerMain], {
      env: consumerEnvironment(port),
      stdio: ['ignore', fd ?? 'pipe', 'ignore'],
    });
    endsWithUs(consumer.pid);
    const output = new RawOutput(payloadBytes);
    const stopReading = fd === undefined ? undefined : follow(fd, output);
    consumer.stdout?.on('data', (chunk: Buffer) => output.add(chunk));
    await soon(() => answers(port));
    const publisher = startPublisher(redis, port);
    const feed = await RedisFeed.connect(redis.port, payloadBytes);
    await soon(() => {
      feed.probe();
      return output.probes > 0;
    });
    return new PrintingRelay(port, consumer, publisher, feed, output, () => {
      stopReading?.();
      if (fd !== undefined) closeSync(fd);
      rmSync(folder, { recursive: true });
    });
  }

  get consumerPid(): number {
    return this.consumer.pid ?? 0;
  }

  /** What the consumer prints, where it is a pipe. */
  get stdout(): Readable {
    if (this.consumer.stdout === null) throw new Error('the output goes into a file');
    return this.consumer.stdout;
  }

  async stop(): Promise<void> {
    this.feed.close();
    const hasEnded = once(this.consumer, 'exit');
    this.consumer.kill('SIGKILL');
    await Promise.all([hasEnded, this.publisher.stop('SIGKILL')]);
    this.cleanUp();
  }
}

/** Reads what is appended to a file, until it is stopped. */
function follow(fd: number, output: RawOutput): () => void {
  const bytes = Buffer.alloc(READ_BYTES);
  let position = 0;
  const timer = setInterval(() => {
    for (;;) {
      const read = readSync(fd, bytes, 0, bytes.length, position);
      if (read === 0) return;
      position += read;
      output.add(Buffer.from(bytes.subarray(0, read)));
    }
  }, POLL_MS);
  return () => clearInterval(timer);
}

async function soon(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + START_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline)
      throw new Error('the relay did not start: nothing is printed');
    await setTimeout(10);
  }
}
