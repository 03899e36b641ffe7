import { RedisServer } from '@relay/testing';
import { closedWindow, windowFor } from '../load/closed-window.js';
import { openLoop } from '../load/open-loop.js';
import { MIN_PAYLOAD_BYTES } from '../load/payload.js';
import { endsWithUs } from '../pipeline/ends-with-us.js';
import { Pipeline } from '../pipeline/pipeline.js';
import type { Variant } from '../pipeline/variants.js';
import { latencyOf } from './latency.js';
import type { Durations, LatencyFigures, Measured } from './measurement.js';
import type { Round } from './order.js';
import { median } from './statistics.js';

/** A machine that others share is slower for seconds at a time: nobody is measured for so long at a stretch. */
const SLICE_SECONDS = 0.5;
/** Before each slice: what was frozen finds its way back into the caches. */
const LEAD_IN_SECONDS = 0.2;
/** So fast that it takes a few seconds, and so slow that few messages come together, also to those who take long. */
const WARM_UP_PER_SECOND = 20_000;

/** One variant, and what it has shown so far at the size that is measured. */
interface Contender {
  readonly name: string;
  readonly pipeline: Pipeline;
  readonly redis: RedisServer;
  readonly bySize: Map<number, LatencyFigures>;
  latenciesUs: number[];
  lateUs: number[];
}

/**
 * Variants side by side, each in processes of its own and with a Redis of its own, for a slice of time each in turn;
 * whoever is not measured is frozen. So what slows the machine down for a while slows down all of them.
 *
 * @returns by the name of the variant
 */
export async function latenciesOf(
  { sizes, variants }: Pick<Round<Variant>, 'sizes' | 'variants'>,
  durations: Durations,
): Promise<Map<string, Measured<LatencyFigures>>> {
  const contenders: Contender[] = [];
  try {
    for (const variant of variants) {
      const contender = await enter(variant);
      contenders.push(contender);
      await warmUp(contender.pipeline, durations);
      contender.pipeline.freeze();
    }
    for (const size of sizes) await measureSize(contenders, size, durations);
    return new Map(
      contenders.map(({ name, bySize, pipeline }) => [name, { bySize, ...pipeline.check() }]),
    );
  } finally {
    for (const { pipeline, redis } of contenders) {
      pipeline.thaw();
      await pipeline.stop();
      await redis.stop();
    }
  }
}

async function enter(variant: Variant): Promise<Contender> {
  const redis = await RedisServer.start();
  endsWithUs(redis.pid);
  try {
    const pipeline = await Pipeline.start(variant, { redis, payloadBytes: MIN_PAYLOAD_BYTES });
    const { name } = variant;
    return { name, pipeline, redis, bySize: new Map(), latenciesUs: [], lateUs: [] };
  } catch (error) {
    await redis.stop();
    throw error;
  }
}

/** As many messages as they take, and then one by one. */
async function warmUp(
  { feed, ends }: Pipeline,
  { warmUpSeconds, latencyWarmUpMessages: messages }: Durations,
): Promise<void> {
  const window = windowFor(MIN_PAYLOAD_BYTES);
  await closedWindow(feed, ends, { seconds: warmUpSeconds, window });
  const perSecond = WARM_UP_PER_SECOND;
  await openLoop(feed, ends, { seconds: messages / perSecond, perSecond });
}

/** Forwards and backwards by turns, so that nobody is always measured behind the same. */
async function measureSize(
  contenders: readonly Contender[],
  size: number,
  { latencySeconds, latencyPerSecond }: Durations,
): Promise<void> {
  const slices = Math.max(1, Math.round(latencySeconds / SLICE_SECONDS));
  for (const contender of contenders) {
    contender.pipeline.feed.resize(size);
    contender.latenciesUs = [];
    contender.lateUs = [];
  }
  for (let slice = 0; slice < slices; slice++) {
    for (const contender of slice % 2 === 0 ? contenders : contenders.toReversed()) {
      await measureSlice(contender, latencySeconds / slices, latencyPerSecond);
    }
  }
  for (const { bySize, latenciesUs, lateUs } of contenders) {
    bySize.set(size, { latencyUs: latencyOf(latenciesUs), loadLateUs: median(lateUs) });
  }
}

/**
 * The garbage of the load is collected before, and by node's flags in the target `bench` its memory is so large that
 * none is meanwhile: the collector's threads would take the cores from what is measured.
 */
async function measureSlice(
  contender: Contender,
  seconds: number,
  perSecond: number,
): Promise<void> {
  const { pipeline } = contender;
  const { feed, ends } = pipeline;
  globalThis.gc?.();
  pipeline.thaw();
  await openLoop(feed, ends, { seconds: LEAD_IN_SECONDS, perSecond });
  ends.takeLatencies();
  const lateUs = await openLoop(feed, ends, { seconds, perSecond });
  contender.latenciesUs.push(...ends.takeLatencies());
  contender.lateUs.push(...lateUs);
  pipeline.freeze();
}
