import type { RedisServer } from '@relay/testing';
import type { Account } from '../ends/arrivals.js';
import { closedWindow, type Throughput, windowFor } from '../load/closed-window.js';
import { openLoop } from '../load/open-loop.js';
import { MIN_PAYLOAD_BYTES } from '../load/payload.js';
import { Pipeline, type PipelineOptions } from '../pipeline/pipeline.js';
import { coreTicks, stealBetween } from '../pipeline/steal.js';
import type { Variant } from '../pipeline/variants.js';
import { type Latency, latencyOf } from './latency.js';
import type { Turn } from './order.js';
import { median } from './statistics.js';

/** CPU microseconds a message. */
export interface CpuPerMessage {
  readonly publisher: number;
  readonly consumers: number;
  /** Both together: what relaying costs. */
  readonly relay: number;
  readonly redis: number;
}

/** What is measured at one size. */
interface Figures {
  readonly throughput: Throughput;
  readonly cpuUs: CpuPerMessage;
  /** Undefined where nothing is relayed. */
  readonly latencyUs: Latency | undefined;
  /** How much of it is the load's own, which was late by so much in the median. */
  readonly loadLateUs: number | undefined;
}

type Latencies = Pick<Figures, 'latencyUs' | 'loadLateUs'>;

const NOT_RELAYED: Latencies = { latencyUs: undefined, loadLateUs: undefined };

export interface Measurement extends Figures {
  readonly round: number;
  readonly payloadBytes: number;
  readonly variant: string;
  /** What share of the CPU time that was wanted the machine's host gave to others, over all sizes. */
  readonly steal: number;
  /** Of each end, over all sizes. */
  readonly accounts: readonly Account[];
  /** Over all sizes. */
  readonly violations: readonly string[];
}

export interface Durations {
  readonly warmUpSeconds: number;
  readonly throughputSeconds: number;
  /**
   * Messages that come by themselves, before latency is measured: a way that was never taken is slow until it
   * is compiled, and compiling takes a core from those who relay.
   */
  readonly latencyWarmUpMessages: number;
  readonly latencySeconds: number;
  readonly latencyPerSecond: number;
}

/** One variant in processes of its own: throughput at each size, then latency at each if it relays. */
export async function measure(
  { round, sizes, variant }: Turn<Variant>,
  redis: RedisServer,
  durations: Durations,
  nodeFlags?: PipelineOptions['nodeFlags'],
): Promise<Measurement[]> {
  const [payloadBytes = 0] = sizes;
  const pipeline = await Pipeline.start(variant, { redis, payloadBytes, nodeFlags });
  try {
    const before = coreTicks();
    const figures = await measureSizes(pipeline, sizes, durations);
    const steal = stealBetween(before, coreTicks());
    const accounts = pipeline.ends.accounts(pipeline.feed.sent);
    const violations = pipeline.violations();
    return Array.from(figures, ([size, measured]) => ({
      round,
      payloadBytes: size,
      variant: variant.name,
      ...measured,
      steal,
      accounts,
      violations,
    }));
  } finally {
    await pipeline.stop(nodeFlags ? 'SIGTERM' : 'SIGKILL');
  }
}

async function measureSizes(
  pipeline: Pipeline,
  sizes: readonly number[],
  durations: Durations,
): Promise<Map<number, Figures>> {
  const throughputs = new Map<number, Awaited<ReturnType<typeof measureThroughput>>>();
  for (const size of sizes) {
    pipeline.feed.resize(size);
    throughputs.set(size, await measureThroughput(pipeline, size, durations));
  }
  const latencies = pipeline.publisher
    ? await measureLatencies(pipeline, sizes, durations)
    : new Map<number, Latencies>();
  return new Map(
    Array.from(throughputs, ([size, measured]) => [
      size,
      { ...measured, ...(latencies.get(size) ?? NOT_RELAYED) },
    ]),
  );
}

async function measureLatencies(
  pipeline: Pipeline,
  sizes: readonly number[],
  durations: Durations,
): Promise<Map<number, Latencies>> {
  pipeline.feed.resize(MIN_PAYLOAD_BYTES);
  await warmUp(pipeline, durations);
  const latencies = new Map<number, Latencies>();
  for (const size of sizes) {
    pipeline.feed.resize(size);
    latencies.set(size, await measureLatency(pipeline, durations));
  }
  return latencies;
}

/** After a warm-up; the CPU is that of exactly the messages that count. */
export async function measureThroughput(
  pipeline: Pipeline,
  payloadBytes: number,
  { warmUpSeconds, throughputSeconds }: Pick<Durations, 'warmUpSeconds' | 'throughputSeconds'>,
): Promise<{ throughput: Throughput; cpuUs: CpuPerMessage }> {
  const { feed, ends } = pipeline;
  const window = windowFor(payloadBytes);
  await closedWindow(feed, ends, { seconds: warmUpSeconds, window });
  const before = pipeline.cpu();
  const throughput = await closedWindow(feed, ends, { seconds: throughputSeconds, window });
  const after = pipeline.cpu();
  const perMessage = (seconds: number): number => (seconds * 1e6) / throughput.messages;
  const publisher = perMessage(after.publisher - before.publisher);
  const consumers = perMessage(after.consumers - before.consumers);
  const redis = perMessage(after.redis - before.redis);
  return { throughput, cpuUs: { publisher, consumers, relay: publisher + consumers, redis } };
}

/** So fast that it takes a few seconds, and so slow that few messages come together, also to those who take long. */
const WARM_UP_PER_SECOND = 20_000;

async function warmUp(
  { feed, ends }: Pipeline,
  { latencyWarmUpMessages: messages }: Durations,
): Promise<void> {
  const perSecond = WARM_UP_PER_SECOND;
  await openLoop(feed, ends, { seconds: messages / perSecond, perSecond });
}

/**
 * After a third as long at the same rate, which finds everybody at rest. The garbage of the load is collected before,
 * and by node's flags in the target `bench` its memory is so large that none is meanwhile: the collector's threads would
 * take the cores from what is measured.
 */
async function measureLatency(
  { feed, ends }: Pipeline,
  { latencySeconds: seconds, latencyPerSecond: perSecond }: Durations,
): Promise<Latencies> {
  globalThis.gc?.();
  await openLoop(feed, ends, { seconds: seconds / 3, perSecond });
  ends.takeLatencies();
  const lateUs = await openLoop(feed, ends, { seconds, perSecond });
  return { latencyUs: latencyOf(ends.takeLatencies()), loadLateUs: median(lateUs) };
}
