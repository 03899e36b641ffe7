import { describe, expect, it } from '@jest/globals';
import { GapReason } from '@relay/contracts';
import { Continuity } from './continuity.js';

/** Whole since 100, proven until 200 with messages before 0-5. */
function subscribed(): Continuity {
  const continuity = new Continuity();
  continuity.subscribed(100);
  continuity.proven(90, '0-2');
  continuity.proven(200, '0-5');
  return continuity;
}

describe('the account of a subscription', () => {
  it('begins with a gap that ends when every SUBSCRIBE is acknowledged', () => {
    const gap = new Continuity().subscribed(100);
    expect(gap).toEqual({ kind: 'gap', reason: GapReason.start, from: null, to: 100, count: null });
  });

  it('knows of no gap while the subscription is whole', () => {
    expect(subscribed().subscribed(300)).toBeUndefined();
  });

  it('begins the gap of a break when the last command that was answered had been sent', () => {
    const continuity = subscribed();
    continuity.broken(GapReason.redisSilent, 0);
    const expected = { reason: GapReason.redisSilent, from: 200, to: 400 };
    expect(continuity.subscribed(400)).toMatchObject(expected);
  });

  it('counts the first cause of a break', () => {
    const continuity = subscribed();
    continuity.broken(GapReason.redisSilent, 0);
    continuity.broken(GapReason.redisConnectionLost, 0);
    expect(continuity.subscribed(400)?.reason).toBe(GapReason.redisSilent);
  });

  it('prefers what explains the break', () => {
    const continuity = subscribed();
    continuity.broken(GapReason.redisConnectionLost, 0);
    continuity.explained(GapReason.redisRestarted);
    expect(continuity.subscribed(400)?.reason).toBe(GapReason.redisRestarted);
  });

  it('takes no explanation for a subscription that is whole', () => {
    const continuity = subscribed();
    continuity.explained(GapReason.redisRestarted);
    continuity.broken(GapReason.redisConnectionLost, 0);
    expect(continuity.subscribed(400)?.reason).toBe(GapReason.redisConnectionLost);
  });

  it('takes no proof while the subscription is not whole', () => {
    const continuity = subscribed();
    continuity.broken(GapReason.redisConnectionLost, 0);
    continuity.proven(300, '0-9');
    expect(continuity.provenUntil).toBe(200);
  });

  it('goes by the newest proof, though the clock was ahead at an older one', () => {
    const continuity = subscribed();
    continuity.proven(3_600_000, '0-5');
    continuity.proven(500, '0-6');
    expect(continuity.provenUntil).toBe(500);
    expect(continuity.heardUntil('0-9')).toBe(500);
    continuity.broken(GapReason.redisSilent, 0);
    expect(continuity.subscribed(60_500)).toMatchObject({ from: 500, to: 60_500 });
  });

  it('does not say when a gap began if the clock was set back since', () => {
    const continuity = subscribed();
    continuity.broken(GapReason.redisConnectionLost, 0);
    expect(continuity.subscribed(150)).toMatchObject({ from: null, to: 150 });
  });
});

describe('a message that comes before every SUBSCRIBE is acknowledged', () => {
  it('comes behind the beginning of the outbox', () => {
    const continuity = new Continuity();
    expect(continuity.messageBeforeSubscribed(80)?.reason).toBe(GapReason.start);
    expect(continuity.messageBeforeSubscribed(85)).toBeUndefined();
  });

  it('lets the beginning be said again when the others are acknowledged', () => {
    const continuity = new Continuity();
    continuity.messageBeforeSubscribed(80);
    expect(continuity.subscribed(100)).toMatchObject({ reason: GapReason.start, to: 100 });
  });

  it('comes behind the gap of a break', () => {
    const continuity = subscribed();
    continuity.broken(GapReason.redisConnectionLost, 0);
    expect(continuity.messageBeforeSubscribed(300)).toMatchObject({ from: 200, to: 300 });
    expect(continuity.subscribed(310)).toMatchObject({ from: 200, to: 310 });
  });

  it('comes behind another gap when the connection broke again', () => {
    const continuity = subscribed();
    continuity.broken(GapReason.redisConnectionLost, 0);
    continuity.messageBeforeSubscribed(300);
    continuity.broken(GapReason.redisConnectionLost, 0);
    expect(continuity.messageBeforeSubscribed(400)).toMatchObject({ from: 200, to: 400 });
  });

  it('needs no gap, and leaves it to others, if it came on the connection before', () => {
    const continuity = subscribed();
    continuity.broken(GapReason.redisConnectionLost, 250);
    expect(continuity.messageBeforeSubscribed(249)).toBeUndefined();
    expect(continuity.messageBeforeSubscribed(300)).toMatchObject({ from: 200, to: 300 });
  });

  it('needs no gap once they are', () => {
    expect(subscribed().messageBeforeSubscribed(300)).toBeUndefined();
  });
});

describe('until when all was heard', () => {
  it.each([
    ['0-0', null],
    ['0-1', 90],
    ['0-3', 90],
    ['0-4', 200],
    ['0-9', 200],
  ])('that was sent up to %s, is %p', (sent, until) => {
    expect(subscribed().heardUntil(sent)).toBe(until);
  });

  it('is known the more roughly the longer ago it is, never wrongly, when it was proven often', () => {
    const continuity = new Continuity();
    continuity.subscribed(0);
    for (let n = 1; n <= 10_000; n++) continuity.proven(n, `0-${n + 1}`);
    for (const sent of [1, 1_000, 5_000, 9_000, 9_990, 10_000]) {
      const until = continuity.heardUntil(`0-${sent}`) ?? 0;
      expect(until).toBeLessThanOrEqual(sent);
      expect(sent - until).toBeLessThanOrEqual((10_000 - sent) / 10);
    }
  });
});
