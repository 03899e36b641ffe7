import type { RedisServer } from '@relay/testing';
import { closedWindow, windowFor } from '../load/closed-window.js';
import { Pipeline, type PipelineOptions } from '../pipeline/pipeline.js';
import type { Variant } from '../pipeline/variants.js';
import type { Durations, Measured, ThroughputFigures } from './measurement.js';
import type { Turn } from './order.js';

type ThroughputDurations = Pick<Durations, 'warmUpSeconds' | 'throughputSeconds'>;

/** One variant in processes of its own, at each size. */
export async function throughputsOf(
  { sizes, variant }: Turn<Variant>,
  redis: RedisServer,
  durations: ThroughputDurations,
  nodeFlags?: PipelineOptions['nodeFlags'],
): Promise<Measured<ThroughputFigures>> {
  const [payloadBytes = 0] = sizes;
  const pipeline = await Pipeline.start(variant, { redis, payloadBytes, nodeFlags });
  try {
    const bySize = new Map<number, ThroughputFigures>();
    for (const size of sizes) {
      pipeline.feed.resize(size);
      bySize.set(size, await measureThroughput(pipeline, size, durations));
    }
    return { bySize, ...pipeline.check() };
  } finally {
    await pipeline.stop(nodeFlags ? 'SIGTERM' : 'SIGKILL');
  }
}

/** After a warm-up; the CPU is that of exactly the messages that count. */
export async function measureThroughput(
  pipeline: Pipeline,
  payloadBytes: number,
  { warmUpSeconds, throughputSeconds }: ThroughputDurations,
): Promise<ThroughputFigures> {
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
