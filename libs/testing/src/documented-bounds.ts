import { readFileSync } from 'node:fs';

const UNITS = new Map([
  ['', 1],
  ['s', 1000],
  ['KiB', 1024],
  ['MiB', 1024 * 1024],
]);

/** What `docs/operations.md` says of the bounds of an app. */
export interface DocumentedBounds {
  /** By the setting or the constant that sets them; times in milliseconds, sizes in bytes. */
  readonly limits: Readonly<Record<string, number>>;
  /** Of `relay_limit_reached_total`, sorted, each once. */
  readonly labels: readonly string[];
}

/** Reads the table of bounds, the rows of this app and those of both. */
export function boundsOf(app: 'publisher' | 'consumer'): DocumentedBounds {
  const document = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const [section = ''] = (document.split('\n## Bounds\n')[1] ?? '').split('\n## ', 1);
  const rows = [...section.matchAll(/^\| (.*) \|$/gm)]
    .map(([, row = '']) => row.split('|').map((cell) => cell.trim().replaceAll('`', '')))
    .filter(([, of = '']) => [app, 'both'].includes(of));
  const labels = rows.map((row) => row[5] ?? '').filter((label) => label !== '…');
  return {
    limits: Object.fromEntries(rows.map(([, , limit, name = '']) => [name, valueOf(limit)])),
    labels: [...new Set(labels)].sort(),
  };
}

/** NaN for what is no number with a unit that is known. */
function valueOf(text = ''): number {
  const [, digits, unit = ''] = /^(\d+) ?(\w*)$/.exec(text) ?? [];
  return Number(digits) * (UNITS.get(unit) ?? NaN);
}
