import { setTimeout } from 'node:timers/promises';
import type { RedisServer } from '@relay/testing';
import type { Account } from '../ends/arrivals.js';
import { arrived } from '../load/arriving.js';
import { SteadyLoad } from '../load/steady-load.js';
import { type Memory, memory } from '../pipeline/os-process.js';
import { type Cpu, Pipeline } from '../pipeline/pipeline.js';
import { RELAY, variantNamed } from '../pipeline/variants.js';
import { latencyOf } from '../rounds/latency.js';

export const PAYLOAD_BYTES = 256;
const SAMPLE_MS = 1_000;

/** What is seen each second. */
export interface Sample {
  readonly seconds: number;
  readonly published: number;
  /** Messages that were published and have not arrived. */
  readonly onTheWay: number;
  /** Messages that should have been published by now and are not: Redis did not take them in time. */
  readonly behind: number;
  readonly publisher: Memory;
  readonly consumer: Memory;
  /** Of a message in each 2 ms of this second, microseconds. */
  readonly p50Us: number;
  readonly p99Us: number;
}

export interface Soaked {
  readonly samples: readonly Sample[];
  readonly account: Account;
  readonly published: number;
  readonly cpu: Cpu;
  readonly violations: readonly string[];
}

export interface SoakOptions {
  readonly minutes: number;
  readonly perSecond: number;
}

/** The relay at a constant rate. */
export async function soak(
  { minutes, perSecond }: SoakOptions,
  redis: RedisServer,
  onSample: (sample: Sample) => void,
): Promise<Soaked> {
  const pipeline = await Pipeline.start(variantNamed(RELAY), {
    redis,
    payloadBytes: PAYLOAD_BYTES,
  });
  const { feed, ends, publisher, consumers } = pipeline;
  const [consumer] = consumers;
  if (!publisher || !consumer) throw new Error('the relay has two processes');
  try {
    const samples: Sample[] = [];
    const startedAt = performance.now();
    const load = new SteadyLoad(feed, perSecond);
    for (let next = SAMPLE_MS; next <= minutes * 60_000; next += SAMPLE_MS) {
      await setTimeout(startedAt + next - performance.now());
      const { p50, p99 } = latencyOf(ends.takeLatencies());
      const sample = {
        seconds: Math.round((performance.now() - startedAt) / 1e3),
        published: feed.sent,
        onTheWay: feed.sent - ends.highest,
        behind: load.behind,
        publisher: memory(publisher.pid),
        consumer: memory(consumer.pid),
        p50Us: p50,
        p99Us: p99,
      };
      samples.push(sample);
      onSample(sample);
    }
    load.stop();
    // What does not arrive shows in the account.
    await arrived(ends, feed.sent).catch(() => undefined);
    const [account] = ends.accounts(feed.sent);
    if (!account) throw new Error('a pipeline without an end');
    return {
      samples,
      account,
      published: feed.sent,
      cpu: pipeline.cpu(),
      violations: pipeline.violations(),
    };
  } finally {
    await pipeline.stop();
  }
}
