import { RELAY } from '../pipeline/variants.js';
import type { Summary } from '../rounds/summary.js';

/** A goal and how it went. */
export interface Goal {
  readonly what: string;
  readonly goal: string;
  readonly value: string;
  readonly isMet: boolean;
}

/** Of the relay, each as a multiple of the bare pipe. */
const GOALS: Readonly<Record<number, { rate: number; cpu: number; p50: number; p99: number }>> = {
  16: { rate: 3.5, cpu: 0.25, p50: 1, p99: 1.1 },
  256: { rate: 3.3, cpu: 0.28, p50: 1, p99: 1.1 },
  4096: { rate: 2.5, cpu: 0.35, p50: 1, p99: 1.1 },
};

export function goalsOf(summaries: readonly Summary[]): Goal[] {
  return summaries
    .filter(({ variant, perSecond }) => variant === RELAY && Number.isFinite(perSecond.ratio))
    .flatMap((summary) => {
      const { payloadBytes, perSecond, cpuUs, p50Us, p99Us } = summary;
      const goals = GOALS[payloadBytes];
      if (!goals) return [];
      return [
        atLeast(`messages a second, ${payloadBytes} B`, goals.rate, perSecond.ratio),
        atMost(`relay CPU a message, ${payloadBytes} B`, goals.cpu, cpuUs.ratio),
        atMost(`latency p50, ${payloadBytes} B`, goals.p50, p50Us.ratio),
        atMost(`latency p99, ${payloadBytes} B`, goals.p99, p99Us.ratio),
      ];
    });
}

export function atLeast(what: string, goal: number, value: number, unit = '×'): Goal {
  const text = `${value.toFixed(2)}${unit}`;
  return { what, goal: `≥ ${goal}${unit}`, value: text, isMet: value >= goal };
}

export function atMost(what: string, goal: number, value: number, unit = '×'): Goal {
  const text = `${value.toFixed(2)}${unit}`;
  return { what, goal: `≤ ${goal}${unit}`, value: text, isMet: value <= goal };
}
