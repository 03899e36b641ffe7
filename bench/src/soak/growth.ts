import { median } from '../rounds/statistics.js';

export interface Growth {
  /** Median of the second quarter of the time: the first is warming up. */
  readonly early: number;
  /** Median of the last quarter. */
  readonly late: number;
  /** Late beyond early by more than a tenth and by more than 16 MB; null: too short to tell. */
  readonly isGrowing: boolean | null;
}

const MAX_PART = 0.1;
/** A young heap is resized by that much without anything being kept. */
const MAX_BYTES = 16e6;
/** With fewer, at one a second, a heap still takes the size that it needs. */
const MIN_SAMPLES = 240;

/** Whether memory grows, by samples at equal distances. */
export function growthOf(samples: readonly number[]): Growth {
  const quarter = (index: number): readonly number[] =>
    samples.slice((samples.length * index) / 4, (samples.length * (index + 1)) / 4);
  const early = median(quarter(1));
  const late = median(quarter(3));
  const isMore = late - early > Math.max(MAX_BYTES, early * MAX_PART);
  return { early, late, isGrowing: samples.length < MIN_SAMPLES ? null : isMore };
}
