import fc from 'fast-check';
import { type History, histories } from './histories.js';
import { type Parts, REAL_PARTS } from './parts.js';
import { Violation } from './violation.js';
import { simulate } from './world.js';

/** The smallest history found that breaks the promise. */
export interface Failure {
  readonly history: History;
  readonly error: Error;
  /** For a person: what has to happen, and what comes of it. */
  readonly text: string;
}

export interface Outcome {
  readonly histories: number;
  /** What the histories reached, and how many of them did. */
  readonly seen: ReadonlyMap<string, number>;
  readonly failure: Failure | undefined;
}

/** The histories that every run of the tests goes through. */
export const TESTED = { seed: 3, count: 5_000 } as const;

export interface CheckOptions {
  readonly seed: number;
  readonly count: number;
  readonly parts?: Parts;
  /** Whether to look for a smaller history where one fails. */
  readonly shrink?: boolean;
}

/** Runs `count` histories that follow from `seed`, until one fails. */
export function checkHistories({
  seed,
  count,
  parts = REAL_PARTS,
  shrink = true,
}: CheckOptions): Outcome {
  const seen = new Map<string, number>();
  const property = fc.property(histories, (history) => {
    for (const what of simulate(history, parts).seen) seen.set(what, (seen.get(what) ?? 0) + 1);
  });
  const details = fc.check(property, { seed, numRuns: count, endOnFailure: !shrink });
  const [history] = details.counterexample ?? [];
  const failure = history && failureOf(history, details.errorInstance, seed);
  return { histories: details.numRuns, seen, failure };
}

function failureOf(history: History, thrown: unknown, seed: number): Failure {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const said = error instanceof Violation ? error.message : (error.stack ?? error.message);
  const steps = history.steps.map((step) => `  ${told(step)}`);
  const text = [`seed ${seed}: ${said}`, `setup: ${told(history.setup)}`, ...steps].join('\n');
  return { history, error, text };
}

function told(plain: object): string {
  return JSON.stringify(plain).replaceAll('"', '').slice(1, -1).replaceAll(',', ', ');
}
