import { expect, it } from '@jest/globals';
import { Latencies, percentiles } from './latencies.js';

it('percentiles are those of what was counted in between', () => {
  const latencies = new Latencies();
  for (let n = 0; n < 1000; n++) latencies.observe(5000);
  const before = latencies.snapshot();
  for (let ms = 1; ms <= 20; ms++) latencies.observe(ms);
  const after = latencies.snapshot();
  expect(percentiles(before, after, [0.5, 0.99])).toEqual([10, 20]);
  expect(percentiles(after, after, [0.5])).toBeNull();
});

it.each([0, 1, 31, 32, 33, 63, 64, 1000, 4095, 4096, 123_456, 2 ** 31 - 1])(
  'tells %d with no less, and with at most 7 %% more',
  (ms) => {
    const latencies = new Latencies();
    const before = latencies.snapshot();
    latencies.observe(ms);
    const [told = -1] = percentiles(before, latencies.snapshot(), [0.5]) ?? [];
    expect(told).toBeGreaterThanOrEqual(ms);
    expect(told).toBeLessThanOrEqual(ms * 1.07);
  },
);

it.each([
  [-5, 0],
  [2 ** 40, 2 ** 31 - 1],
])('takes %d for %d', (ms, taken) => {
  const latencies = new Latencies();
  const before = latencies.snapshot();
  latencies.observe(ms);
  expect(percentiles(before, latencies.snapshot(), [1])).toEqual([taken]);
});
