import { inspect } from 'node:util';
import type { RedisServer } from '@relay/testing';
import type { Options } from './options.js';
import type { Variant } from './pipeline/variants.js';
import { measure, type Measurement } from './rounds/measure.js';
import { turns } from './rounds/order.js';
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
  for (const turn of turns<Variant>(rounds, sizes, present)) {
    const flags = isProfile ? profiled(folder, turn) : undefined;
    try {
      const measured = await measure(turn, redis, durations, flags);
      measurements.push(...measured);
      for (const each of measured) say(lineOf(each));
    } catch (error) {
      failures.push(`round ${turn.round}, ${turn.variant.name}: ${inspect(error)}`);
      say(failures.at(-1) ?? '');
    }
  }
  if (isProfile) notes.push('it was profiled, which slows down: no figures to compare');
  return { measurements, notes, failures };
}

function lineOf({ round, payloadBytes, variant, throughput, cpuUs, ...rest }: Measurement): string {
  const { latencyUs, violations } = rest;
  return [
    `round ${round} ${`${payloadBytes} B`.padStart(7)}  ${variant.padEnd(15)}`,
    `${Math.round(throughput.perSecond).toLocaleString('en-US').padStart(9)}/s`,
    `CPU ${cpuUs.relay.toFixed(2).padStart(6)} µs`,
    ...(latencyUs ? [`p50 ${latencyUs.p50} µs  p99 ${latencyUs.p99} µs`] : []),
    ...violations,
  ].join('  ');
}
