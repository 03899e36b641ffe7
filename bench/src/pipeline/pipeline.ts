import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { freePort, type RecordedProcess, type RedisServer } from '@relay/testing';
import { EndReports } from '../ends/end-reports.js';
import { WINDOW_BYTES, WINDOW_MESSAGES } from '../load/closed-window.js';
import { RedisFeed } from '../load/redis-feed.js';
import { CHANNEL } from '../load/channel.js';
import { Ends } from './ends.js';
import { cpuSeconds } from './os-process.js';
import { type Role, StartedPrograms, type Variables } from './started-programs.js';
import type { Variant } from './variants.js';

const POLL_MS = 10;
/** The ends report so often that the window never waits for a report. */
const REPORTS_PER_WINDOW = 16;

export interface PipelineOptions {
  readonly redis: RedisServer;
  /** Until the feed is resized. */
  readonly payloadBytes: number;
  /** Default: one. */
  readonly consumers?: number;
  /** Flags of node, for each of the programs that node runs; `role` is their place in the pipeline. */
  readonly nodeFlags?: ((role: Role) => readonly string[]) | undefined;
}

/** CPU seconds so far. */
export interface Cpu {
  readonly publisher: number;
  readonly consumers: number;
  readonly redis: number;
}

/** One variant, running, with a load before it and reports behind it. */
export class Pipeline {
  private constructor(
    private readonly redis: RedisServer,
    readonly publisher: RecordedProcess | undefined,
    readonly consumers: readonly RecordedProcess[],
    readonly ends: Ends,
    readonly feed: RedisFeed,
  ) {}

  /** Starts fresh processes; settles when a message comes through. */
  static async start(variant: Variant, options: PipelineOptions): Promise<Pipeline> {
    const { redis, payloadBytes, consumers: count = 1, nodeFlags } = options;
    const seats = await Promise.all(Array.from({ length: count }, (_, index) => openSeat(index)));
    const ends = new Ends(seats.map(({ reports }) => reports));
    const feed = await RedisFeed.connect(redis.port, payloadBytes);
    const started = new StartedPrograms(redis.url, nodeFlags);
    try {
      const consumers = seats.map((seat) =>
        started.add('consumer', variant.consumer, consumerVariables(seat)),
      );
      let publisher: RecordedProcess | undefined;
      if (variant.publisher) {
        for (const { port } of seats) await started.until('listens', () => answers(port));
        publisher = started.add('publisher', variant.publisher, {
          CONSUMER_URL: seats.map(({ port }) => `ws://127.0.0.1:${port}/relay`).join(','),
          PUBLISHER_PORT: '0',
        });
      }
      await started.until('subscribes', async () => (await subscribers(redis)) > 0);
      await started.until('relays a first message', () => {
        feed.probe();
        return ends.probes > 0;
      });
      return new Pipeline(redis, publisher, consumers, ends, feed);
    } catch (error) {
      await started.kill();
      feed.close();
      ends.close();
      throw new Error(`${variant.name} did not start`, { cause: error });
    }
  }

  cpu(): Cpu {
    return {
      publisher: this.publisher ? cpuSeconds(this.publisher.pid) : 0,
      consumers: this.consumers.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0),
      redis: cpuSeconds(this.redis.pid),
    };
  }

  /** What went wrong so far, by the numbers and by the processes. */
  violations(): string[] {
    const dead = this.#processes().filter(({ running }) => !running);
    return [
      ...this.ends.violations(this.feed.sent),
      ...dead.map(({ output }) => `a process ended: ${output.slice(-2000)}`),
    ];
  }

  /** @param signal SIGTERM where they are to end in order, as for a profile */
  async stop(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    this.feed.close();
    for (const each of this.#processes()) await each.stop(signal);
    this.ends.close();
    // The next pipeline is not to be taken for this one.
    while ((await subscribers(this.redis)) > 0) await setTimeout(POLL_MS);
  }

  #processes(): RecordedProcess[] {
    return [...(this.publisher ? [this.publisher] : []), ...this.consumers];
  }
}

/** How many are subscribed to the channel. */
export async function subscribers(redis: RedisServer): Promise<number> {
  const [, count] = (await redis.cli('PUBSUB', 'NUMSUB', CHANNEL)) as [string, number];
  return count;
}

/** Whether something listens on this port of 127.0.0.1. */
export async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Where a consumer listens and reports. */
interface Seat {
  readonly name: string;
  readonly port: number;
  readonly reports: EndReports;
}

async function openSeat(index: number): Promise<Seat> {
  const reports = await EndReports.open();
  return { name: `consumer-${index + 1}`, port: await freePort(), reports };
}

function consumerVariables({ name, port, reports }: Seat): Variables {
  return {
    CONSUMER_NAME: name,
    CONSUMER_HOST: '127.0.0.1',
    CONSUMER_PORT: `${port}`,
    BENCH_REPORT_PORT: `${reports.port}`,
    BENCH_REPORT_MESSAGES: `${WINDOW_MESSAGES / REPORTS_PER_WINDOW}`,
    BENCH_REPORT_BYTES: `${WINDOW_BYTES / REPORTS_PER_WINDOW}`,
  };
}
