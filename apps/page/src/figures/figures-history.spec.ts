import { describe, expect, it } from '@jest/globals';
import type { Figures } from '@relay/contracts';
import { HISTORY_MS, most, seconds, sum, withFigures, withHistory } from './figures-history.js';

function figures(at: number, handled: number, changes: Partial<Figures> = {}): Figures {
  const zeros = { gaps: 0, missing: 0, deadLetters: 0, duplicates: 0, reconnects: 0, waiting: 0 };
  return { at, handled, ...zeros, latencyMs: null, ...changes };
}

describe('figures', () => {
  it('become rates between one second and the next', () => {
    const history = [
      figures(1000, 10),
      figures(3000, 30, { latencyMs: { p50: 2, p99: 9 }, waiting: 4, reconnects: 1 }),
    ];
    expect(seconds(history)).toEqual([
      { at: 1000, messagesPerSecond: null, p50Ms: null, p99Ms: null, waiting: 0, reconnects: null },
      { at: 3000, messagesPerSecond: 10, p50Ms: 2, p99Ms: 9, waiting: 4, reconnects: 1 },
    ]);
  });

  it('leave a hole where the consumer was started again', () => {
    const [, restarted] = seconds([figures(1000, 500), figures(2000, 3)]);
    expect(restarted).toMatchObject({ messagesPerSecond: null });
  });

  it('are kept for some minutes, and never twice', () => {
    const first = withFigures([], figures(1000, 1));
    const both = withFigures(first, figures(2000, 2));
    expect(both.map(({ at }) => at)).toEqual([1000, 2000]);
    expect(withFigures(both, figures(2000, 3)).map(({ handled }) => handled)).toEqual([1, 3]);
    const late = withFigures(both, figures(1500 + HISTORY_MS, 3));
    expect(late.map(({ at }) => at)).toEqual([2000, 1500 + HISTORY_MS]);
  });

  it('go on from what the consumer tells when the page comes back', () => {
    const known = [figures(1000, 1), figures(2000, 2)];
    expect(withHistory(known, [])).toBe(known);
    const told = [figures(2000, 20), figures(3000, 30)];
    expect(withHistory(known, told).map(({ handled }) => handled)).toEqual([1, 20, 30]);
  });

  it('have a largest and a sum, of those that are known', () => {
    expect([most([null, 3, 2]), most([]), sum([null, 3, 2])]).toEqual([3, 0, 5]);
  });
});
