import { useState } from 'preact/hooks';
import { clockTime } from '../words/times.js';
import { Chart, type Line } from './chart.js';

interface FigureProps {
  readonly title: string;
  /** What the figure is now, in big letters. */
  readonly now: string;
  readonly unit: string;
  /** The last minutes in words: all that the chart shows. */
  readonly words: string;
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  /** What it was at a moment of the chart. */
  readonly at: (index: number) => string;
}

/** One figure: now in big letters, the last minutes as a chart and in words. */
export function Figure({ title, now, unit, words, times, lines, at }: FigureProps) {
  const [index, setIndex] = useState<number | null>(null);
  const moment = index === null ? undefined : times[index];
  return (
    <figure class="figure">
      <figcaption>
        <span class="figure-title">{title}</span>
        <span class="figure-now">
          <b>{now}</b> {unit}
        </span>
      </figcaption>
      <Chart times={times} lines={lines} marked={index} onPoint={setIndex} />
      <p class="figure-words">
        {index === null || moment === undefined ? words : `${clockTime(moment)} · ${at(index)}`}
      </p>
    </figure>
  );
}
