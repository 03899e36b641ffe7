/** The picture is drawn in these units, and stretched to its place. */
export const WIDTH = 300;
export const HEIGHT = 48;

const MIN_SPAN_MS = 60_000;

/** What is drawn: `top` is the value at the upper edge. */
export interface Frame {
  /** The moment at the right edge, in milliseconds since 1970. */
  readonly end: number;
  readonly spanMs: number;
  readonly top: number;
}

/** The frame of these moments: wide enough for them, but never so wide that few are lost in it. */
export function frameOf(times: readonly number[], largest: number, maxSpanMs: number): Frame {
  const end = times.at(-1) ?? 0;
  const known = end - (times[0] ?? end);
  return { end, spanMs: Math.min(maxSpanMs, Math.max(MIN_SPAN_MS, known)), top: topFor(largest) };
}

/** Leaves room above; never 0. */
function topFor(largest: number): number {
  return largest > 0 ? largest * 1.1 : 1;
}

/** The SVG path of a line; where a value is not known it has a hole. */
export function linePath(
  times: readonly number[],
  values: readonly (number | null)[],
  frame: Frame,
): string {
  let isDrawing = false;
  return times
    .map((at, index) => {
      const value = values[index] ?? null;
      const command = value === null ? '' : `${isDrawing ? 'L' : 'M'}${point(at, value, frame)}`;
      isDrawing = value !== null;
      return command;
    })
    .join('');
}

/** The SVG path of upright lines, one for each value that is not 0. */
export function barsPath(
  times: readonly number[],
  values: readonly (number | null)[],
  frame: Frame,
): string {
  return times
    .map((at, index) => {
      const value = values[index] ?? 0;
      return value === 0 ? '' : `M${point(at, 0, frame)}L${point(at, value, frame)}`;
    })
    .join('');
}

/** The place of a moment, from the left. */
export function xOf(at: number, { end, spanMs }: Frame): number {
  return round(WIDTH - ((end - at) / spanMs) * WIDTH);
}

/** The moment that is nearest to a place, given as a part of the width. */
export function indexAt(part: number, times: readonly number[], frame: Frame): number | null {
  const wanted = frame.end - (1 - part) * frame.spanMs;
  let best: number | null = null;
  for (const [index, at] of times.entries())
    if (best === null || Math.abs(at - wanted) < Math.abs((times[best] ?? 0) - wanted))
      best = index;
  return best;
}

function point(at: number, value: number, frame: Frame): string {
  return `${String(xOf(at, frame))} ${String(round(HEIGHT - 1 - (value / frame.top) * (HEIGHT - 2)))}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
