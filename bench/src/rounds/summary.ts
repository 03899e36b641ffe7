import { CEILING, REFERENCE, variants } from '../pipeline/variants.js';
import type { Measurement } from './measure.js';
import { median, pairedRatios, type Spread, spread } from './statistics.js';

/**
 * A figure, and how many times that of the bare pipe it is (medians of the ratios within each round). NaN
 * where it was not measured.
 */
export interface Figure extends Spread {
  /** NaN without a reference. */
  readonly ratio: number;
}

/** What all rounds of one variant at one size come to. */
export interface Summary {
  readonly payloadBytes: number;
  readonly variant: string;
  readonly rounds: number;
  readonly perSecond: Figure;
  readonly cpuUs: Figure;
  readonly p50Us: Figure;
  readonly p99Us: Figure;
  /** How late the load was in the median, which is part of both. */
  readonly loadLateUs: Spread;
  /** Whether the load or Redis, and not the variant, set its pace. */
  readonly isLoadTheLimit: boolean;
}

/** Of the time that the load was kept waiting by Redis; more than that, and it was the limit. */
const LIMITED_SHARE = 0.5;
/** Of the ceiling; nearer than that is too near. */
const CEILING_SHARE = 0.8;

/** Sizes ascending, in each the variants in the order of their list. */
export function summarise(measurements: readonly Measurement[]): Summary[] {
  const sizes = [...new Set(measurements.map((each) => each.payloadBytes))].sort((a, b) => a - b);
  return sizes.flatMap((payloadBytes) => {
    const ofSize = measurements.filter((each) => each.payloadBytes === payloadBytes);
    const of = (name: string): Measurement[] => ofSize.filter(({ variant }) => variant === name);
    return variants
      .map(({ name }) => name)
      .filter((name) => of(name).length > 0)
      .map((name) => summaryOf(of(name), of(REFERENCE), name === CEILING ? [] : of(CEILING)));
  });
}

function summaryOf(
  own: readonly Measurement[],
  reference: readonly Measurement[],
  ceiling: readonly Measurement[],
): Summary {
  const figure = (read: (measurement: Measurement) => number): Figure => ({
    ...spread(own.map(read)),
    ratio: median(pairedRatios(byRound(own, read), byRound(reference, read))),
  });
  const rate = ({ throughput }: Measurement): number => throughput.perSecond;
  const ofCeiling = median(pairedRatios(byRound(own, rate), byRound(ceiling, rate)));
  const limited = median(own.map(({ throughput }) => throughput.loadLimited));
  return {
    payloadBytes: own[0]?.payloadBytes ?? 0,
    variant: own[0]?.variant ?? '',
    rounds: own.length,
    perSecond: figure(rate),
    cpuUs: figure(({ cpuUs }) => cpuUs.relay),
    p50Us: figure(({ latencyUs }) => latencyUs?.p50 ?? NaN),
    p99Us: figure(({ latencyUs }) => latencyUs?.p99 ?? NaN),
    loadLateUs: spread(own.map((each) => each.loadLateUs ?? NaN)),
    isLoadTheLimit: limited > LIMITED_SHARE || ofCeiling > CEILING_SHARE,
  };
}

function byRound(
  measurements: readonly Measurement[],
  read: (measurement: Measurement) => number,
): Map<number, number> {
  return new Map(measurements.map((each) => [each.round, read(each)]));
}
