import { afterAll, expect, it } from '@jest/globals';
import type { Fault } from './fault.js';
import { runLedger } from './ledger-run.js';
import { type Row, table } from './report.js';

/** Declares a test for each fault, which has the ledger account for every number; prints the report at the end. */
export function accountFor(faults: readonly Fault[]): void {
  const rows: Row[] = [];

  afterAll(() => {
    process.stderr.write(`\n${table(rows)}\n`);
  });

  it.each(faults)('accounts for every number: $name', async (fault) => {
    const { allows, ...row } = await runLedger(fault);
    rows.push(row);
    const { violations, published, handled, inGaps, gaps, duplicates } = row.balance;
    expect(violations).toEqual([]);
    expect(handled + inGaps).toBe(published);
    expect(gaps > 0).toBe(allows.gaps.length > 0);
    if (!allows.repeats) expect(duplicates).toBe(0);
  });
}
