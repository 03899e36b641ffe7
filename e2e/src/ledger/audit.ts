import type { Printed, PrintedGap, Skip } from './printed.js';
import type { Published } from './published.js';
import type { Strike } from './strike.js';

/**
 * Both ends of a gap and the times of a number are whole milliseconds of one clock, each cut off by a
 * process of its own: what happened at the same moment may be one apart.
 */
const CLOCK_GRANULARITY_MS = 1;

/** What a window of the consumer holds: more cannot be unacknowledged, so no more can come again. */
const WINDOW_ENTRIES = 8_192;

/** How the account of one consumer stands. */
export interface Balance {
  readonly consumer: string;
  /** Numbers that Redis took, and the unknown ones that were handled all the same. */
  readonly published: number;
  /** Numbers of which Redis did not say whether it took them. */
  readonly unknown: number;
  readonly handled: number;
  readonly duplicates: number;
  /** How many gaps were announced. */
  readonly gaps: number;
  readonly inGaps: number;
  readonly silentlyLost: number;
  /** What went against the promise, the silent losses among it. */
  readonly violations: readonly string[];
}

/** Accounts for every number, once its consumer has printed the last one. */
export function audit(published: Published, printed: Printed, strikes: readonly Strike[]): Balance {
  const violations = [
    ...printed.violations,
    ...printed.gaps.flatMap((gap) => unfounded(gap, printed, strikes) ?? []),
    ...repeatedAgainst(printed, strikes),
    ...fromNowhere(published, printed),
  ];
  const tail: Skip = { first: printed.highest + 1, last: published.last, gaps: [] };
  let inGaps = 0;
  let silentlyLost = 0;
  let unknownLost = 0;
  for (const { first, last, gaps } of [...printed.skips, tail]) {
    for (let n = first; n <= last; n++) {
      if (published.isUnknown(n)) unknownLost += 1;
      if (!published.isTaken(n)) continue;
      if (gaps.some((gap) => covers(gap, published, n))) {
        inGaps += 1;
        continue;
      }
      silentlyLost += 1;
      const { sentAt, answeredAt } = published.at(n);
      violations.push(
        `${printed.consumer}: ${n}, published ${clock(sentAt)} – ${clock(answeredAt)}, is lost in silence` +
          (gaps.length > 0 ? `, not in ${gaps.map(describe).join('; ')}` : ''),
      );
    }
  }
  const { taken, unknown } = published.count();
  return {
    consumer: printed.consumer,
    published: taken + unknown - unknownLost,
    unknown,
    handled: printed.handled,
    duplicates: printed.repeats.reduce((sum, { first, last }) => sum + last - first + 1, 0),
    gaps: printed.gaps.length,
    inGaps,
    silentlyLost,
    violations,
  };
}

function covers({ from, to }: PrintedGap, published: Published, n: number): boolean {
  const { sentAt, answeredAt } = published.at(n);
  return (
    answeredAt + CLOCK_GRANULARITY_MS >= (from ?? -Infinity) &&
    sentAt - CLOCK_GRANULARITY_MS <= (to ?? Infinity)
  );
}

/** Why a gap is there or so wide though nothing that struck allows it. */
function unfounded(
  gap: PrintedGap,
  printed: Printed,
  strikes: readonly Strike[],
): string | undefined {
  const reasons = strikes.map(({ fault, allows, gapFrom, struckAt, gapTo }) => {
    if (!allows.gaps.some((reason) => reason === gap.reason)) return undefined;
    const earliest = gapFrom.get(printed) ?? struckAt;
    if (gap.to === null || gap.to < struckAt || gap.to > gapTo) {
      return `${fault}: ends after ${clock(struckAt)} and by ${clock(gapTo)}`;
    }
    if (gap.from === null || gap.from < earliest) return `${fault}: begins at ${clock(earliest)}`;
    return 'founded';
  });
  if (reasons.includes('founded')) return undefined;
  const why = reasons.filter((reason) => reason !== undefined).join('; ') || 'nothing brings it';
  return `${printed.consumer}: gap ${describe(gap)} (${why})`;
}

function repeatedAgainst(printed: Printed, strikes: readonly Strike[]): string[] {
  const mayRepeat = strikes.some(
    ({ consumer, allows }) => consumer === printed.consumer && allows.repeats,
  );
  return printed.repeats
    .filter(
      ({ first, last, after }) =>
        !mayRepeat || after === 'cleanly' || last - first + 1 > WINDOW_ENTRIES,
    )
    .map(
      ({ first, last, after }) =>
        `${printed.consumer}: ${first} to ${last} came again, the process before ended ${after}`,
    );
}

/** Numbers that were handled, and never sent, or refused by Redis. */
function fromNowhere(published: Published, printed: Printed): string[] {
  const skipped = new Set<number>();
  for (const { first, last } of printed.skips) {
    for (let n = first; n <= last; n++) skipped.add(n);
  }
  const violations: string[] = [];
  for (let n = 1; n <= printed.highest; n++) {
    if (skipped.has(n) || published.isTaken(n) || published.isUnknown(n)) continue;
    violations.push(`${printed.consumer}: ${n} was handled and never published`);
  }
  if (printed.highest > published.last) {
    violations.push(`${printed.consumer}: ${printed.highest} comes from nowhere`);
  }
  return violations;
}

function describe({ reason, from, to }: PrintedGap): string {
  return `${reason} ${from === null ? 'unknown' : clock(from)} – ${to === null ? 'now' : clock(to)}`;
}

function clock(time: number): string {
  return Number.isFinite(time) ? new Date(time).toISOString().slice(11, 23) : 'never';
}
