/* eslint-disable no-restricted-globals -- a process of its own, not part of the core */
/** Runs histories until it is told to end: every `--stride`-th batch from `--seed` on. */
import { parseArgs } from 'node:util';
import { checkHistories } from './check.js';

const BATCH = 500;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    stride: { type: 'string', default: '1' },
  },
});

/** What is told after each batch. */
export interface BatchReport {
  readonly histories: number;
  readonly seen: readonly (readonly [string, number])[];
  /** The smallest history that failed. */
  readonly failure: string | undefined;
}

let seed = Number(values.seed);

function runBatch(): void {
  const { histories, seen, failure } = checkHistories({ seed, count: BATCH });
  seed = (seed + Number(values.stride)) | 0;
  const report: BatchReport = { histories, seen: [...seen], failure: failure?.text };
  process.send?.(report, () => setImmediate(runBatch));
}

process.on('disconnect', () => process.exit());
runBatch();
