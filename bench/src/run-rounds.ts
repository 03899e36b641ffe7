import { inspect } from 'node:util';
import type { RedisServer } from '@relay/testing';
import type { Options } from './options.js';
import type { Variant } from './pipeline/variants.js';
import { latenciesOf } from './rounds/latencies.js';
import {
  type LatencyFigures,
  type Measured,
  type Measurement,
  measurementsOf,
  type ThroughputFigures,
} from './rounds/measurement.js';
import { type Round, roundsOf } from './rounds/order.js';
import { throughputsOf } from './rounds/throughput.js';
import { profiled } from './profiles.js';

export interface RoundsResult {
  readonly measurements: readonly Measurement[];
  /** What was left out, and why. */
  readonly notes: readonly string[];
  /** Turns that came to no end. */
  readonly failures: readonly string[];
}

/** Every round of every variant at every size; what is missing on this machine is noted. */
export async function runRounds(
  { rounds, sizes, variants, durations, isProfile }: Options,
  redis: RedisServer,
  folder: string,
  say: (text: string) => void,
): Promise<RoundsResult> {
  const notes: string[] = [];
  const present = variants.filter(({ name, missing }) => {
    const why = missing?.();
    if (why !== undefined) notes.push(`${name} was left out: ${why}`);
    return why === undefined;
  });
  const measurements: Measurement[] = [];
  const failures: string[] = [];
  const trying = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      failures.push(`${what}: ${inspect(error)}`);
      say(failures.at(-1) ?? '');
      return undefined;
    }
  };
  for (const each of roundsOf<Variant>(rounds, sizes, present)) {
    const { round } = each;
    const throughputs = new Map<string, Measured<ThroughputFigures>>();
    for (const variant of each.variants) {
      const turn = { round, variant, sizes: each.sizes };
      const flags = isProfile ? profiled(folder, turn) : undefined;
      const measured = await trying(`round ${round}, ${variant.name}`, () =>
        throughputsOf(turn, redis, durations, flags),
      );
      if (!measured) continue;
      throughputs.set(variant.name, measured);
      tellThroughputs(say, round, variant.name, measured);
    }
    const relaying = { ...each, variants: each.variants.filter(({ publisher }) => publisher) };
    const latencies = await trying(`round ${round}, latency`, () =>
      latenciesOf(relaying, durations),
    );
    if (latencies) tellLatencies(say, relaying, latencies);
    for (const [name, measured] of throughputs) {
      measurements.push(...measurementsOf(round, name, measured, latencies?.get(name)));
    }
  }
  if (isProfile) notes.push('it was profiled, which slows down: no figures to compare');
  return { measurements, notes, failures };
}

function tellThroughputs(
  say: (text: string) => void,
  round: number,
  name: string,
  { bySize, violations }: Measured<ThroughputFigures>,
): void {
  for (const [size, { throughput, cpuUs }] of bySize) {
    const perSecond = Math.round(throughput.perSecond).toLocaleString('en-US');
    const cpu = `CPU ${cpuUs.relay.toFixed(2).padStart(6)} µs`;
    say([lineFor(round, size, name), `${perSecond.padStart(9)}/s`, cpu, ...violations].join('  '));
  }
}

function tellLatencies(
  say: (text: string) => void,
  { round, sizes, variants }: Round<Variant>,
  latencies: ReadonlyMap<string, Measured<LatencyFigures>>,
): void {
  for (const size of sizes) {
    for (const { name } of variants) {
      const { bySize, violations = [] } = latencies.get(name) ?? {};
      const { p50, p99 } = bySize?.get(size)?.latencyUs ?? {};
      const figures = `p50 ${p50} µs  p99 ${p99} µs`;
      say([lineFor(round, size, name), figures, ...violations].join('  '));
    }
  }
}

function lineFor(round: number, size: number, variant: string): string {
  return `round ${round} ${`${size} B`.padStart(7)}  ${variant.padEnd(15)}`;
}
