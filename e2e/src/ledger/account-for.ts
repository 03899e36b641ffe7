import { afterAll, afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Fault } from './fault.js';
import { runLedger } from './ledger-run.js';
import { type Row, table } from './report.js';
import { Scene } from './scene.js';

/** Declares a test for each fault, which has the ledger account for every number; prints the report at the end. */
export function accountFor(faults: readonly Fault[]): void {
  const rows: Row[] = [];
  let scene: Scene;

  beforeEach(async () => {
    scene = await Scene.start();
  });

  // also what a test that timed out has left
  afterEach(() => scene.clear());

  afterAll(() => {
    process.stderr.write(`\n${table(rows)}\n`);
  });

  it.each(faults)('accounts for every number: $name', async (fault) => {
    const { allows, ...row } = await runLedger(scene, fault);
    rows.push(row);
    const { violations, published, handled, inGaps, gaps, duplicates } = row.balance;
    expect(violations).toEqual([]);
    expect(handled + inGaps).toBe(published);
    expect(gaps > 0).toBe(allows.gaps.length > 0);
    if (!allows.repeats) expect(duplicates).toBe(0);
  });
}
