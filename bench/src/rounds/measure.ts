import type { RedisServer } from '@relay/testing';
import type { Account } from '../ends/arrivals.js';
import { closedWindow, type Throughput, windowFor } from '../load/closed-window.js';
import { openLoop } from '../load/open-loop.js';
import { Pipeline, type PipelineOptions } from '../pipeline/pipeline.js';
import type { Variant } from '../pipeline/variants.js';
import { type Latency, latencyOf } from './latency.js';
import type { Turn } from './order.js';

/** CPU microseconds a message. */
export interface CpuPerMessage {
  readonly publisher: number;
  readonly consumers: number;
  /** Both together: what relaying costs. */
  readonly relay: number;
  readonly redis: number;
}

export interface Measurement {
  readonly round: number;
  readonly payloadBytes: number;
  readonly variant: string;
  readonly throughput: Throughput;
  readonly cpuUs: CpuPerMessage;
  readonly latencyUs: Latency;
  /** Of each end. */
  readonly accounts: readonly Account[];
  readonly violations: readonly string[];
}

/** As often as single messages may come and still find everybody waiting. */
const SINGLE_PER_SECOND = 4_000;

export interface Durations {
  readonly warmUpSeconds: number;
  readonly throughputSeconds: number;
  /** Single messages before latency is measured: a way that was never taken is slow until it is compiled. */
  readonly latencyWarmUpMessages: number;
  readonly latencySeconds: number;
  readonly latencyPerSecond: number;
}

/** One variant at one size, in processes of its own: throughput, then latency. */
export async function measure(
  { round, payloadBytes, variant }: Turn<Variant>,
  redis: RedisServer,
  durations: Durations,
  nodeFlags?: PipelineOptions['nodeFlags'],
): Promise<Measurement> {
  const pipeline = await Pipeline.start(variant, {
    redis,
    payloadBytes,
    nodeFlags,
  });
  try {
    const { throughput, cpuUs } = await measureThroughput(pipeline, payloadBytes, durations);
    const latencyUs = await measureLatency(pipeline, durations);
    return {
      round,
      payloadBytes,
      variant: variant.name,
      throughput,
      cpuUs,
      latencyUs,
      accounts: pipeline.ends.accounts(pipeline.feed.sent),
      violations: pipeline.violations(),
    };
  } finally {
    await pipeline.stop(nodeFlags ? 'SIGTERM' : 'SIGKILL');
  }
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

async function measureLatency({ feed, ends }: Pipeline, durations: Durations): Promise<Latency> {
  const { latencySeconds, latencyPerSecond: perSecond, latencyWarmUpMessages } = durations;
  const warmUpSeconds = latencyWarmUpMessages / SINGLE_PER_SECOND;
  await openLoop(feed, ends, { seconds: warmUpSeconds, perSecond: SINGLE_PER_SECOND });
  ends.takeLatencies();
  await openLoop(feed, ends, { seconds: latencySeconds, perSecond });
  return latencyOf(ends.takeLatencies());
}
