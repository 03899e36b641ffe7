import { describe, expect, it } from '@jest/globals';
import { GapReason } from '@relay/contracts';
import { checkHistories, TESTED } from './check.js';
import { HANDLED_AGAIN } from './histories.js';

describe('publisher, network and consumers, through everything that can go wrong', () => {
  const { histories, seen, failure } = checkHistories(TESTED);

  it(`keep the promise in ${TESTED.count} histories`, () => {
    expect(failure?.text).toBeUndefined();
    expect(histories).toBe(TESTED.count);
  });

  /** No history makes an outbox forget, or the publisher run out of memory. */
  const unreachable: readonly string[] = [GapReason.positionLost, GapReason.notTakenIn];
  it.each(Object.values(GapReason).filter((reason) => !unreachable.includes(reason)))(
    'meet the gap %s',
    (reason) => {
      expect(seen.get(reason)).toBeGreaterThan(0);
    },
  );

  it.each([
    HANDLED_AGAIN,
    'closed with 1001',
    'closed with 1011',
    'closed with 4000',
    'closed with 4001',
    'closed with 4002',
    'closed with 4505',
  ])('meet what is rare: %s', (what) => {
    expect(seen.get(what)).toBeGreaterThan(0);
  });
});
