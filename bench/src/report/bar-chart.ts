import { card, COLOURS, line, rect, text } from './svg.js';

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Beside the bar. */
  readonly label: string;
}

export interface BarChart {
  readonly title: string;
  readonly groups: readonly { readonly name: string; readonly bars: readonly Bar[] }[];
  /** Where a dashed line is drawn. */
  readonly mark?: number;
}

const WIDTH = 760;
const LEFT = 230;
const RIGHT = 150;
const BAR = 20;
const STEP = 26;
const GROUP_GAP = 34;
const TOP = 50;

/** Bars that lie, in groups; a name has the same colour in each. */
export function barChart({ title, groups, mark }: BarChart): string {
  const values = groups.flatMap(({ bars }) => bars.map(({ value }) => value));
  const highest = Math.max(...values, mark ?? 0);
  const names = [...new Set(groups.flatMap(({ bars }) => bars.map(({ name }) => name)))];
  const scale = (WIDTH - LEFT - RIGHT) / (highest > 0 ? highest : 1);
  const parts: string[] = [];
  let y = TOP;
  for (const { name, bars } of groups) {
    parts.push(text(20, y + 14, name, { weight: 600 }));
    y += 22;
    if (mark !== undefined) {
      const x = LEFT + mark * scale;
      parts.push(line(x, y - 4, x, y + bars.length * STEP, '4 3'));
    }
    for (const bar of bars) {
      const colour = COLOURS[names.indexOf(bar.name) % COLOURS.length] ?? '#000000';
      parts.push(
        text(LEFT - 10, y + 15, bar.name, { anchor: 'end' }),
        rect(LEFT, y, Math.max(bar.value * scale, 1), BAR, colour),
        text(LEFT + bar.value * scale + 6, y + 15, bar.label),
      );
      y += STEP;
    }
    y += GROUP_GAP - 22;
  }
  return card(WIDTH, y + 10, title, parts.join('\n'));
}
