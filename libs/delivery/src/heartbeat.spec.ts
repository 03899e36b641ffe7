import { describe, expect, it } from '@jest/globals';
import { Heartbeat, type HeartbeatVerdict } from './heartbeat.js';

describe('a heartbeat', () => {
  /** What it says at these times, having heard something at 0. */
  function verdicts(...times: readonly number[]): HeartbeatVerdict[] {
    const heartbeat = new Heartbeat({ intervalMs: 5_000, deadlineMs: 10_000 }, 0);
    return times.map((time) => heartbeat.check(time));
  }

  it('asks after an interval of silence, and gives up at the deadline', () => {
    expect(verdicts(4_999, 5_000, 9_999, 10_000)).toEqual(['alive', 'ask', 'ask', 'dead']);
  });

  it('begins again with every sign of life', () => {
    const heartbeat = new Heartbeat({ intervalMs: 5_000, deadlineMs: 10_000 }, 0);
    heartbeat.check(5_000);
    heartbeat.heard(9_999);
    expect(heartbeat.check(14_998)).toBe('alive');
  });

  it('does not take its own sleep for the silence of the peer', () => {
    expect(verdicts(5_000, 3_600_000, 3_604_999)).toEqual(['ask', 'ask', 'ask']);
  });

  it('gives up when the peer is silent after that, too', () => {
    expect(verdicts(3_600_000, 3_605_000)).toEqual(['ask', 'dead']);
  });
});
