import { describe, expect, it } from '@jest/globals';
import { atFirst, backoffMs, type Connection, type ConnectionEvent, step } from './connection.js';

const chance = { now: 1000, random: 1 };

function after(...events: ConnectionEvent[]): Connection {
  return events.reduce((state, event) => step(state, event, chance).state, atFirst.state);
}

const granted = { kind: 'asked', access: 'granted' } as const;
const welcomed = { kind: 'welcomed' } as const;
const closed = { kind: 'closed', problem: null } as const;
const retry = { kind: 'retry' } as const;

describe('connection', () => {
  it('asks for its session before it opens the WebSocket, and is live once welcomed', () => {
    expect(atFirst.actions).toEqual([{ kind: 'ask' }]);
    expect(step(atFirst.state, granted, chance).actions).toEqual([{ kind: 'open' }]);
    expect(after(granted, welcomed)).toEqual({ kind: 'live', since: 1000 });
  });

  it('waits after a loss, asks again, and keeps since when it is down', () => {
    const lost = step(after(granted, welcomed), closed, chance);

    expect(lost.state).toMatchObject({
      kind: 'waiting',
      attempt: 1,
      retryAt: 1500,
      downSince: 1000,
    });
    expect(lost.actions).toEqual([{ kind: 'close' }, { kind: 'wait', ms: 500 }]);
    const again = step(lost.state, retry, { now: 1500, random: 1 });
    expect(again.actions).toEqual([{ kind: 'ask' }]);
    const failed = step(again.state, { kind: 'ask-failed' }, { now: 1600, random: 1 });
    expect(failed.state).toMatchObject({ kind: 'waiting', attempt: 2, downSince: 1000 });
  });

  it('waits briefly again after it was live', () => {
    const tired = after(granted, closed, retry, granted, closed, retry, granted, closed);
    expect(tired).toMatchObject({ attempt: 3 });

    const recovered = [retry, granted, welcomed, closed].reduce(
      (state, event) => step(state, event, chance).state,
      tired,
    );
    expect(recovered).toMatchObject({ attempt: 1 });
  });

  it('shows the form when a login is asked for, and why a token was refused', () => {
    const form = after({ kind: 'asked', access: 'login' });
    expect(form).toEqual({ kind: 'login', problem: null, isSending: false });
    const sent = step(form, { kind: 'login-sent' }, chance).state;
    expect(sent).toMatchObject({ isSending: true });
    const refused = step(sent, { kind: 'login-refused', problem: 'Wrong.' }, chance).state;
    expect(refused).toEqual({ kind: 'login', problem: 'Wrong.', isSending: false });
    expect(step(refused, { kind: 'login-granted' }, chance).actions).toEqual([{ kind: 'ask' }]);
  });

  it('closes the WebSocket when somebody logs out', () => {
    const step1 = step(after(granted, welcomed), { kind: 'logged-out' }, chance);
    expect(step1.state.kind).toBe('login');
    expect(step1.actions).toEqual([{ kind: 'close' }]);
  });

  it('ignores what comes too late', () => {
    const waiting = after(granted, welcomed, closed);
    for (const late of [welcomed, closed, granted, { kind: 'ask-failed' } as const])
      expect(step(waiting, late, chance)).toEqual({ state: waiting, actions: [] });
    expect(step(after(granted, welcomed), retry, chance).actions).toEqual([]);
  });

  it('waits longer each time, up to 15 s, and never the same for all', () => {
    expect([0, 1, 2, 5, 5000].map((attempt) => backoffMs(attempt, 1))).toEqual([
      500, 1000, 2000, 15_000, 15_000,
    ]);
    expect(backoffMs(5, 0)).toBe(7500);
  });
});
