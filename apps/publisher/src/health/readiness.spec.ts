import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PublisherReadiness, type ReadinessParts } from './readiness.js';

const NOW = Date.UTC(2026, 8, 21, 14, 13, 20);

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});

afterEach(() => {
  jest.useRealTimers();
});

function at(secondsAgo: number): Date {
  return new Date(NOW - secondsAgo * 1000);
}

type Changes = {
  -readonly [Part in keyof ReadinessParts]?: Partial<ReadinessParts[Part]>;
};

/** A publisher that is as it should be, but for the changes. */
function parts(changes: Changes = {}): ReadinessParts {
  return {
    lifecycle: { state: 'listening', since: at(60), ...changes.lifecycle },
    intake: {
      state: 'subscribed',
      since: at(50),
      answeredAt: performance.now() - 1000,
      answersWithinMs: 20_000,
      ...changes.intake,
    },
    delivery: {
      outbox: { size: 0, bytes: 0 },
      bounds: { maxMessages: 100, maxBytes: 1000 },
      connections: [{ state: 'connected', since: at(40) }],
      ...changes.delivery,
    },
  };
}

const nobody = [{ state: 'connecting' as const, since: at(30) }];

function isReady(changes: Changes): boolean {
  return new PublisherReadiness(parts(changes), 50).read().ready;
}

describe('the publisher is ready', () => {
  it('when it is subscribed and a consumer is there', () => {
    expect(new PublisherReadiness(parts(), 50).read()).toEqual({
      ready: true,
      parts: {
        process: { ok: true, since: at(60), state: 'listening' },
        subscription: { ok: true, since: at(50), state: 'subscribed' },
        consumers: { ok: true, since: at(40), connected: 1, of: 1 },
        outbox: { ok: true, since: at(0), percent: 0, under: 50 },
      },
    });
  });

  it('without a consumer, as long as the outbox has room', () => {
    const outbox = { size: 49, bytes: 499 };
    expect(isReady({ delivery: { connections: nobody, outbox } })).toBe(true);
  });

  it('with a full outbox, as long as a consumer is there to empty it', () => {
    expect(isReady({ delivery: { outbox: { size: 100, bytes: 1000 } } })).toBe(true);
  });
});

describe('the publisher is not ready', () => {
  it.each([
    ['messages', { size: 50, bytes: 0 }],
    ['bytes', { size: 1, bytes: 500 }],
  ])('without a consumer when the outbox fills with %s', (_, outbox) => {
    expect(isReady({ delivery: { connections: nobody, outbox } })).toBe(false);
  });

  it.each(['connecting', 'refused', 'closed'] as const)('while its subscription is %s', (state) => {
    expect(isReady({ intake: { state } })).toBe(false);
  });

  it('when Redis has not answered of late, since the answer is overdue', () => {
    const answeredAt = performance.now() - 21_000;
    const readiness = new PublisherReadiness(parts({ intake: { answeredAt } }), 50).read();
    expect(readiness.ready).toBe(false);
    const since = new Date(performance.timeOrigin + answeredAt + 20_000);
    expect(readiness.parts['subscription']).toEqual({ ok: false, state: 'silent', since });
  });

  it.each(['starting', 'stopping'] as const)('while it is %s', (state) => {
    expect(isReady({ lifecycle: { state } })).toBe(false);
  });
});

describe('the time of a part', () => {
  it('is when the last consumer went, once none is there', () => {
    const connections = [
      { state: 'connecting' as const, since: at(30) },
      { state: 'connecting' as const, since: at(10) },
    ];
    const { parts: judged } = new PublisherReadiness(
      parts({ delivery: { connections } }),
      50,
    ).read();
    expect(judged['consumers']).toEqual({ ok: false, since: at(10), connected: 0, of: 2 });
  });

  it('is when somebody saw the outbox fill', () => {
    const outbox = { size: 0, bytes: 0 };
    const readiness = new PublisherReadiness(parts({ delivery: { outbox } }), 50);
    readiness.read();
    outbox.size = 80;
    jest.setSystemTime(NOW + 5000);
    readiness.read();
    jest.setSystemTime(NOW + 9000);
    expect(readiness.read().parts['outbox']).toMatchObject({ ok: false, since: at(-5) });
  });
});
