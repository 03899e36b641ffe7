import { barsPath, frameOf, HEIGHT, indexAt, linePath, WIDTH, xOf } from './chart-path.js';
import { HISTORY_MS, most } from './figures-history.js';

/** A line of a chart; null where nothing is known. */
export interface Line {
  readonly values: readonly (number | null)[];
  /** Told apart by its dashes, too, not by colour alone. */
  readonly style: 'solid' | 'dashed' | 'bars';
}

interface ChartProps {
  /** Milliseconds since 1970. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  /** The moment that is pointed at. */
  readonly marked: number | null;
  /** Says which moment the pointer is at; null: at none. */
  readonly onPoint: (index: number | null) => void;
}

/** A small chart of the last minutes; what it says stands beside it in words. */
export function Chart({ times, lines, marked, onPoint }: ChartProps) {
  const largest = Math.max(...lines.map(({ values }) => most(values)));
  const frame = frameOf(times, largest, HISTORY_MS);
  const markedAt = marked === null ? undefined : times[marked];
  return (
    <svg
      class="chart"
      viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      onPointerMove={({ currentTarget, clientX }) => {
        const { left, width } = currentTarget.getBoundingClientRect();
        onPoint(indexAt((clientX - left) / width, times, frame));
      }}
      onPointerLeave={() => onPoint(null)}
    >
      <path class="chart-ground" d={`M0 ${String(HEIGHT - 1)}H${String(WIDTH)}`} />
      {lines.map(({ values, style }) => (
        <path
          key={style}
          class={`chart-${style}`}
          d={(style === 'bars' ? barsPath : linePath)(times, values, frame)}
        />
      ))}
      {markedAt !== undefined && (
        <path class="chart-mark" d={`M${String(xOf(markedAt, frame))} 0V${String(HEIGHT)}`} />
      )}
    </svg>
  );
}
