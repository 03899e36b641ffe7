import type { Balance } from './audit.js';

export interface Row {
  readonly fault: string;
  readonly proof: string;
  readonly balance: Balance;
}

const COLUMNS: readonly (readonly [title: string, cell: (row: Row) => string | number])[] = [
  ['fault', ({ fault }) => fault],
  ['struck', ({ proof }) => proof],
  ['published', ({ balance }) => balance.published],
  ['handled', ({ balance }) => balance.handled],
  ['duplicates', ({ balance }) => balance.duplicates],
  ['gaps', ({ balance }) => balance.gaps],
  ['in gaps', ({ balance }) => balance.inGaps],
  ['silently lost', ({ balance }) => balance.silentlyLost],
];

/** The report of the ledger: a line for each row, numbers to the right. */
export function table(rows: readonly Row[]): string {
  const lines = [
    COLUMNS.map(([title]) => title),
    ...rows.map((row) => COLUMNS.map(([, cell]) => String(cell(row)))),
  ];
  const widths = COLUMNS.map((_, index) =>
    Math.max(...lines.map((line) => line[index]?.length ?? 0)),
  );
  const text = lines.map((line) =>
    line
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        return index < 2 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  '),
  );
  return `${text.join('\n')}\n`;
}
