import type { RedisServer } from '@relay/testing';
import { settled, violations as violationsOf } from '../ends/arrivals.js';
import { closedWindow, windowFor } from '../load/closed-window.js';
import { Pipeline } from '../pipeline/pipeline.js';
import { RELAY, variantNamed } from '../pipeline/variants.js';
import type { Goal } from '../report/goals.js';
import { measureThroughput } from '../rounds/measure.js';
import { median, pairedRatios } from '../rounds/statistics.js';
import { PrintingRelay } from './printing-relay.js';
import type { Scenario, ScenarioResult, Scene } from './scenario.js';

const ROUNDS = 5;
const PAYLOAD_BYTES = 256;
const WARM_UP_SECONDS = 0.7;
const THROUGHPUT_SECONDS = 2;
const WAYS = ['handler', 'pipe', 'file'] as const;
type Way = (typeof WAYS)[number];

const TITLES: Record<Way, string> = {
  handler: 'a handler that counts',
  pipe: '`--output=raw` into a pipe',
  file: '`--output=raw` into a file',
};

export const output: Scenario = {
  name: 'output',
  async run({ redis, say, scale }: Scene): Promise<ScenarioResult> {
    const rates: Record<Way, Map<number, number>> = {
      handler: new Map(),
      pipe: new Map(),
      file: new Map(),
    };
    const violations: string[] = [];
    for (let round = 1; round <= Math.max(1, ROUNDS * scale); round++) {
      for (const way of round % 2 === 0 ? WAYS.toReversed() : WAYS) {
        say(`output: round ${round}, ${way}`);
        const seen = await (way === 'handler' ? counted(redis) : printed(redis, way));
        rates[way].set(round, seen.perSecond);
        violations.push(...seen.violations.map((violation) => `output, ${way}: ${violation}`));
      }
    }
    const ratio = (way: Way): number => median(pairedRatios(rates[way], rates.handler));
    return {
      name: 'output',
      title: 'Output',
      text: `What the consumer prints is read and checked by the benchmark; ${PAYLOAD_BYTES} B.`,
      head: ['', 'messages/s', 'of the handler that counts'],
      rows: WAYS.map((way) => [
        TITLES[way],
        Math.round(median([...rates[way].values()])).toLocaleString('en-US'),
        ratio(way).toFixed(2),
      ]),
      goals: [goal('into a pipe', ratio('pipe')), goal('into a file', ratio('file'))],
      violations,
      data: Object.fromEntries(WAYS.map((way) => [way, [...rates[way].values()]])),
    };
  },
};

interface Seen {
  readonly perSecond: number;
  readonly violations: readonly string[];
}

async function counted(redis: RedisServer): Promise<Seen> {
  const pipeline = await Pipeline.start(variantNamed(RELAY), {
    redis,
    payloadBytes: PAYLOAD_BYTES,
  });
  try {
    const durations = { warmUpSeconds: WARM_UP_SECONDS, throughputSeconds: THROUGHPUT_SECONDS };
    const { throughput } = await measureThroughput(pipeline, PAYLOAD_BYTES, durations);
    return { perSecond: throughput.perSecond, violations: pipeline.violations() };
  } finally {
    await pipeline.stop();
  }
}

async function printed(redis: RedisServer, into: 'pipe' | 'file'): Promise<Seen> {
  const relay = await PrintingRelay.start(redis, PAYLOAD_BYTES, into);
  try {
    const window = windowFor(PAYLOAD_BYTES);
    const { feed, output: seen } = relay;
    await closedWindow(feed, seen, { seconds: WARM_UP_SECONDS, window });
    const { perSecond } = await closedWindow(feed, seen, { seconds: THROUGHPUT_SECONDS, window });
    return { perSecond, violations: violationsOf(settled(seen.arrivals.account(), feed.sent)) };
  } finally {
    await relay.stop();
  }
}

function goal(what: string, ratio: number): Goal {
  return { what, goal: '≥ 0.5×', value: `${ratio.toFixed(2)}×`, isMet: ratio >= 0.5 };
}
