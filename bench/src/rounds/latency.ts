import { build } from 'hdr-histogram-js';

/** Microseconds. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** An hour. */
const HIGHEST_US = 3_600_000_000;

export function latencyOf(latenciesUs: readonly number[]): Latency {
  const histogram = build({ highestTrackableValue: HIGHEST_US, numberOfSignificantValueDigits: 3 });
  for (const us of latenciesUs) histogram.recordValue(Math.min(us, HIGHEST_US));
  return {
    count: histogram.totalCount,
    p50: histogram.getValueAtPercentile(50),
    p99: histogram.getValueAtPercentile(99),
    p999: histogram.getValueAtPercentile(99.9),
    max: histogram.maxValue,
  };
}
