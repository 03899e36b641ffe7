import type { Figures } from '@relay/contracts';

/** How far back the charts go. */
export const HISTORY_MS = 5 * 60_000;

/** A second as the charts show it; null where nothing is known of it. */
export interface Second {
  /** Its end, in milliseconds since 1970. */
  readonly at: number;
  readonly messagesPerSecond: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly waiting: number;
  /** Connections of publishers that were made again in it. */
  readonly reconnects: number | null;
}

/** The figures of the last minutes, the oldest first. */
export type FiguresHistory = readonly Figures[];

/** With the figures of one more second; what is too old goes. */
export function withFigures(history: FiguresHistory, figures: Figures): FiguresHistory {
  const before = history.filter(({ at }) => at < figures.at && at > figures.at - HISTORY_MS);
  return [...before, figures];
}

/** The history that the consumer tells at the beginning, behind what the page knows from before it. */
export function withHistory(history: FiguresHistory, told: FiguresHistory): FiguresHistory {
  const [first] = told;
  if (first === undefined) return history;
  const before = history.filter(({ at }) => at < first.at);
  const latest = told.at(-1) ?? first;
  return [...before, ...told].filter(({ at }) => at > latest.at - HISTORY_MS);
}

/** The seconds that lie between the figures. */
export function seconds(history: FiguresHistory): Second[] {
  return history.map((figures, index) => {
    const { at, latencyMs, waiting } = figures;
    const before = history[index - 1];
    return {
      at,
      messagesPerSecond: rate(before, figures),
      p50Ms: latencyMs?.p50 ?? null,
      p99Ms: latencyMs?.p99 ?? null,
      waiting,
      reconnects: grown(before?.reconnects, figures.reconnects),
    };
  });
}

/** The largest, 0 where there is none. */
export function most(values: readonly (number | null)[]): number {
  return values.reduce<number>((largest, value) => Math.max(largest, value ?? 0), 0);
}

/** The sum of those that are known. */
export function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

function rate(before: Figures | undefined, { at, handled }: Figures): number | null {
  const more = grown(before?.handled, handled);
  if (before === undefined || more === null) return null;
  return (more * 1000) / (at - before.at);
}

/** null at the beginning, and where the consumer was started again and counts anew. */
function grown(before: number | undefined, now: number): number | null {
  return before === undefined || now < before ? null : now - before;
}
