import { card, COLOURS, line, polyline, rect, text } from './svg.js';

export interface LineChart {
  readonly title: string;
  readonly xUnit: string;
  readonly yUnit: string;
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly (readonly [x: number, y: number])[];
  }[];
}

const WIDTH = 760;
const HEIGHT = 380;
const [LEFT, RIGHT, TOP, BOTTOM] = [70, 20, 70, 45];
const TICKS = 5;

/** Lines over time, from zero. */
export function lineChart({ title, xUnit, yUnit, series }: LineChart): string {
  const points = series.flatMap((each) => each.points);
  const xMax = Math.max(0, ...points.map(([x]) => x)) || 1;
  const yMax = (Math.max(0, ...points.map(([, y]) => y)) || 1) * 1.1;
  const toX = (x: number): number => LEFT + (x / xMax) * (WIDTH - LEFT - RIGHT);
  const toY = (y: number): number => HEIGHT - BOTTOM - (y / yMax) * (HEIGHT - TOP - BOTTOM);
  const ticks = Array.from({ length: TICKS + 1 }, (_, index) => index / TICKS);
  const parts = [
    ...ticks.flatMap((part) => [
      line(LEFT, toY(part * yMax), WIDTH - RIGHT, toY(part * yMax), '2 4'),
      text(LEFT - 8, toY(part * yMax) + 4, short(part * yMax), { anchor: 'end' }),
      text(toX(part * xMax), HEIGHT - BOTTOM + 20, short(part * xMax), { anchor: 'middle' }),
    ]),
    text(20, TOP - 12, yUnit),
    text(WIDTH - RIGHT, HEIGHT - 8, xUnit, { anchor: 'end' }),
    ...series.flatMap(({ name, points: own }, index) => {
      const colour = COLOURS[index % COLOURS.length] ?? '#000000';
      const x = LEFT + 60 + index * 160;
      return [
        rect(x, TOP - 23, 12, 12, colour),
        text(x + 18, TOP - 12, name),
        polyline(
          own.map(([px, py]) => [toX(px), toY(py)]),
          colour,
        ),
      ];
    }),
  ];
  return card(WIDTH, HEIGHT, title, parts.join('\n'));
}

function short(value: number): string {
  return value >= 10 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}
