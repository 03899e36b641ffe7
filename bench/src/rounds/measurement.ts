import type { Account } from '../ends/arrivals.js';
import type { Throughput } from '../load/closed-window.js';
import type { Latency } from './latency.js';

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

/** CPU microseconds a message. */
export interface CpuPerMessage {
  readonly publisher: number;
  readonly consumers: number;
  /** Both together: what relaying costs. */
  readonly relay: number;
  readonly redis: number;
}

/** How much one variant relays at one size, and what it costs. */
export interface ThroughputFigures {
  readonly throughput: Throughput;
  readonly cpuUs: CpuPerMessage;
}

/** How long one variant takes at one size. */
export interface LatencyFigures {
  readonly latencyUs: Latency;
  /** How much of it is the load's own, which was late by so much in the median. */
  readonly loadLateUs: number;
}

/** What processes of one variant came to, at each size, and whether every message came through them. */
export interface Measured<Figures> {
  readonly bySize: ReadonlyMap<number, Figures>;
  /** Of each end, over all sizes. */
  readonly accounts: readonly Account[];
  /** Over all sizes. */
  readonly violations: readonly string[];
}

/** One variant at one size in one round. */
export interface Measurement extends ThroughputFigures {
  readonly round: number;
  readonly payloadBytes: number;
  readonly variant: string;
  /** Undefined where nothing is relayed. */
  readonly latencyUs: LatencyFigures['latencyUs'] | undefined;
  readonly loadLateUs: LatencyFigures['loadLateUs'] | undefined;
  /** Of each end of all its processes in this round, over all sizes. */
  readonly accounts: readonly Account[];
  /** Over all sizes. */
  readonly violations: readonly string[];
}

/** @param latencies of the same variant in the same round, if it relays */
export function measurementsOf(
  round: number,
  variant: string,
  throughputs: Measured<ThroughputFigures>,
  latencies: Measured<LatencyFigures> | undefined,
): Measurement[] {
  const accounts = [...throughputs.accounts, ...(latencies?.accounts ?? [])];
  const violations = [...throughputs.violations, ...(latencies?.violations ?? [])];
  return Array.from(throughputs.bySize, ([payloadBytes, figures]) => {
    const { latencyUs, loadLateUs } = latencies?.bySize.get(payloadBytes) ?? {};
    return {
      ...{ round, payloadBytes, variant, ...figures },
      ...{ latencyUs, loadLateUs, accounts, violations },
    };
  });
}
