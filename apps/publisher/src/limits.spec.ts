import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { HTTP_LIMITS } from '@relay/runtime';
import { LIMITS, LimitsReached } from './limits.js';

const document = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
const UNITS = new Map([
  ['', 1],
  ['s', 1000],
  ['KiB', 1024],
  ['MiB', 1024 * 1024],
]);

/** The rows of the table of bounds that are of this app. */
const rows = (document.split('\n## Bounds\n')[1] ?? '')
  .split('\n## ', 1)
  .flatMap((section) => [...section.matchAll(/^\| (.*) \|$/gm)])
  .map(([, row = '']) => row.split('|').map((cell) => cell.trim().replaceAll('`', '')))
  .filter(([, of = '']) => ['publisher', 'both'].includes(of));

function valueOf(text = ''): number {
  const [, digits, unit = ''] = /^(\d+) ?(\w*)$/.exec(text) ?? [];
  return Number(digits) * (UNITS.get(unit) ?? NaN);
}

describe('the table of bounds has', () => {
  it('every limit with its value', () => {
    expect(
      Object.fromEntries(rows.map(([, , limit, name = '']) => [name, valueOf(limit)])),
    ).toEqual({ ...LIMITS, ...HTTP_LIMITS });
  });

  it('every label of the metric, and no other', () => {
    const labels = rows.map((row) => row[5]).filter((label) => label !== '…');
    const counted = new LimitsReached().counts.map(([limit]) => limit);
    expect([...new Set(labels)].sort()).toEqual([...counted].sort());
  });
});
