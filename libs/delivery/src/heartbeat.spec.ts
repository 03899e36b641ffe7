import { describe, expect, it } from '@jest/globals';
import { Heartbeat, type HeartbeatVerdict } from './heartbeat.js';

describe('a heartbeat', () => {
  /** What it says at these times, having heard something at 0. */
  function verdicts(...times: readonly number[]): HeartbeatVerdict[] {
    const heartbeat = new Heartbeat({ intervalMs: 5_000, deadlineMs: 10_000 }, 0);
    return times.map((time) => heartbeat.check(time));
  }

  it('asks at every look, and gives up at the deadline', () => {
    expect(verdicts(5_000, 9_999, 10_000)).toEqual(['ask', 'ask', 'dead']);
  });

  it('begins again with every sign of life', () => {
    const heartbeat = new Heartbeat({ intervalMs: 5_000, deadlineMs: 10_000 }, 0);
    heartbeat.check(5_000);
    heartbeat.heard(9_999);
    expect([10_000, 15_000, 19_998].map((now) => heartbeat.check(now))).not.toContain('dead');
  });

  it('never gives up a peer that answers, however the timer trembles', () => {
    const heartbeat = new Heartbeat({ intervalMs: 5_000, deadlineMs: 10_000 }, 0);
    for (let now = 5_000; now < 3_600_000; now += 4_999 + (now % 3)) {
      expect(heartbeat.check(now)).toBe('ask');
      heartbeat.heard(now + 2);
    }
  });

  it('does not take its own sleep for the silence of the peer', () => {
    expect(verdicts(5_000, 3_600_000, 3_604_999)).toEqual(['ask', 'ask', 'ask']);
  });

  it('gives up when the peer is silent after that, too', () => {
    expect(verdicts(3_600_000, 3_605_000)).toEqual(['ask', 'dead']);
  });
});
