import { describe, expect, it } from '@jest/globals';
import { CloseCode, type MessageEntry } from '@relay/contracts';
import { hello, message, messages } from './testing/entries.js';
import { closes, greeted, handed, receiverWith, welcomedWith } from './testing/receiving.js';

function ack(cursor: string): unknown {
  return { kind: 'send', connection: 'connection', frame: { event: 'ack', data: { cursor } } };
}

describe('a receiver', () => {
  it('welcomes with what it grants, and no position when it remembers none', () => {
    const [welcome] = receiverWith().hello('connection', hello(3), 0);
    const data = {
      consumer: 'c',
      position: null,
      window: { entries: 100, bytes: 1_000 },
      maxEntryBytes: 1_000,
    };
    expect(welcome).toMatchObject({ kind: 'send', frame: { event: 'welcome', data } });
  });

  it('hands on what it receives, in order', () => {
    const actions = greeted().deliver('connection', { after: '0-0', entries: messages(1, 3) }, 0);
    expect(handed(actions).entries).toEqual(messages(1, 3));
  });

  it('says where it stands when its publisher connects again', () => {
    const receiver = greeted();
    const { from } = handed(
      receiver.deliver('connection', { after: '0-0', entries: messages(1, 3) }, 0),
    );
    receiver.handled(from, 0);
    receiver.disconnected('connection', 0);
    const actions = receiver.hello('again', hello(100, { connection: 2 }), 0);
    expect(welcomedWith(actions)).toEqual({ received: '0-3', cursor: '0-1' });
  });

  it('leaves out what it had, and counts it', () => {
    const receiver = greeted();
    receiver.deliver('connection', { after: '0-0', entries: messages(1, 3) }, 0);
    const actions = receiver.deliver('connection', { after: '0-1', entries: messages(2, 4) }, 0);
    expect(handed(actions).entries).toEqual([message(4)]);
    expect(receiver.duplicates).toBe(2);
  });

  it('copies what is new out of a frame whose other entries it had: a small message keeps no large frame', () => {
    const receiver = greeted();
    const frame = new Uint8Array(500);
    const entry = (n: number, from: number, to: number): MessageEntry => ({
      ...message(n),
      payload: frame.subarray(from, to),
    });
    const first = handed(
      receiver.deliver('connection', { after: '0-0', entries: [entry(1, 0, 400)] }, 0),
    );
    expect(first.entries).toMatchObject([{ payload: { buffer: frame.buffer } }]);
    const entries = [entry(1, 0, 400), entry(2, 400, 401)];
    const [fresh] = handed(receiver.deliver('connection', { after: '0-0', entries }, 0)).entries;
    expect(fresh).toMatchObject({ offset: '0-2', payload: { byteLength: 1 } });
    expect((fresh as MessageEntry).payload.buffer.byteLength).toBe(1);
  });

  it('takes what it had for no part of the window', () => {
    const receiver = greeted({ window: { entries: 3, bytes: 1_000 } });
    receiver.deliver('connection', { after: '0-0', entries: messages(1, 3) }, 0);
    expect(receiver.deliver('connection', { after: '0-0', entries: messages(1, 3) }, 0)).toEqual(
      [],
    );
  });
});

describe('an acknowledgement', () => {
  function receiving(count: number, window = { entries: 100, bytes: 1_000 }) {
    const receiver = greeted({ window });
    const entries = messages(1, count);
    const { from } = handed(receiver.deliver('connection', { after: '0-0', entries }, 0));
    return { receiver, from, handled: (now: number) => receiver.handled(from, now) };
  }

  it('comes at once when all is handled', () => {
    const { receiver, handled } = receiving(1);
    expect(handled(0)).toEqual([ack('0-1')]);
    expect(receiver.deadline).toBeUndefined();
  });

  it('comes 50 ms after the first that it covers, at the latest', () => {
    const { receiver, handled } = receiving(9);
    expect([handled(1_000), handled(1_040)]).toEqual([[], []]);
    expect(receiver.deadline).toBe(1_050);
    expect(receiver.timePassed(1_049)).toEqual([]);
    expect(receiver.timePassed(1_050)).toEqual([ack('0-2')]);
    expect(receiver.deadline).toBeUndefined();
  });

  it('comes no more than each 50 ms where messages come one by one', () => {
    const { receiver, handled } = receiving(1);
    expect(handled(0)).toEqual([ack('0-1')]);
    const next = (n: number, now: number): unknown => {
      const entries = messages(n, n);
      const after = `0-${n - 1}` as const;
      const { from } = handed(receiver.deliver('connection', { after, entries }, 0));
      return receiver.handled(from, now);
    };
    expect([next(2, 1), next(3, 49)]).toEqual([[], []]);
    expect(receiver.timePassed(51)).toEqual([ack('0-3')]);
    expect(next(4, 100)).toEqual([]);
    expect(receiver.timePassed(150)).toEqual([ack('0-4')]);
    expect(next(5, 200)).toEqual([ack('0-5')]);
  });

  it('comes when half of the window is handled, by entries', () => {
    const { handled } = receiving(9, { entries: 9, bytes: 1_000 });
    expect([1, 2, 3, 4, 5].map(() => handled(0).length)).toEqual([0, 0, 0, 0, 1]);
  });

  it('comes when half of the window is handled, by bytes', () => {
    const { handled } = receiving(9, { entries: 1_000, bytes: 9 });
    expect([1, 2, 3, 4, 5].map(() => handled(0).length)).toEqual([0, 0, 0, 0, 1]);
  });

  it('covers several that are handled at once', () => {
    const { receiver, from } = receiving(9, { entries: 12, bytes: 1_000 });
    expect(receiver.handled(from, 0, 5)).toEqual([]);
    expect(receiver.handled(from, 0, 2)).toEqual([ack('0-7')]);
    expect(receiver.handled(from, 0, 2)).toEqual([]);
    expect(receiver.timePassed(50)).toEqual([ack('0-9')]);
  });

  it('can be had now', () => {
    const { receiver, handled } = receiving(9);
    handled(0);
    expect(receiver.flush(0)).toEqual([ack('0-1')]);
    expect(receiver.flush(0)).toEqual([]);
  });

  it('is not owed to a connection that is gone', () => {
    const { receiver, handled } = receiving(9);
    handled(0);
    receiver.disconnected('connection', 0);
    expect([receiver.deadline, handled(0), receiver.flush(0)]).toEqual([undefined, [], []]);
  });
});

describe('a receiver closes a connection that', () => {
  it.each(['deliver', 'status', 'goodbye'] as const)('sends %s before hello', (event) => {
    const receiver = receiverWith();
    const frame = {
      deliver: { after: '0-0', entries: [] },
      status: { at: 0, subscribed: true, since: 0, waiting: 0, heardUntil: 0 },
      goodbye: { subscriptionEndedAt: 0 },
    };
    const actions = {
      deliver: () => receiver.deliver('connection', frame.deliver, 0),
      status: () => receiver.status('connection', frame.status, 0),
      goodbye: () => receiver.goodbye('connection', frame.goodbye, 0),
    };
    expect(actions[event]()).toMatchObject(closes(CloseCode.unexpectedFrame));
  });

  it('says hello twice', () => {
    const actions = greeted().hello('connection', hello(3), 0);
    expect(actions).toMatchObject(closes(CloseCode.unexpectedFrame));
  });

  it('leaves something out', () => {
    const receiver = greeted();
    receiver.deliver('connection', { after: '0-0', entries: messages(1, 3) }, 0);
    const actions = receiver.deliver('connection', { after: '0-4', entries: [message(5)] }, 0);
    expect(actions).toMatchObject(closes(CloseCode.outOfOrder));
  });

  it.each([
    ['twice the same', [message(1), message(1)]],
    ['something out of order', [message(2), message(1)]],
    ['something before its beginning', [message(0)]],
  ])('delivers %s', (_, entries) => {
    const actions = greeted().deliver('connection', { after: '0-0', entries }, 0);
    expect(actions).toMatchObject(closes(CloseCode.outOfOrder));
  });

  it.each([
    ['entries', messages(1, 4)],
    ['bytes', messages(1, 2, 60)],
  ])('exceeds the window in %s', (_, entries) => {
    const receiver = greeted({ window: { entries: 3, bytes: 100 } });
    const actions = receiver.deliver('connection', { after: '0-0', entries }, 0);
    expect(actions).toMatchObject(closes(CloseCode.windowExceeded));
  });

  it('was closed for it already: nothing more of it is heard', () => {
    const receiver = greeted();
    receiver.deliver('connection', { after: '0-0', entries: [message(0)] }, 0);
    const actions = receiver.deliver('connection', { after: '0-0', entries: [message(1)] }, 0);
    expect(actions).toMatchObject(closes(CloseCode.unexpectedFrame));
  });
});

describe('an entry larger than the window', () => {
  it('is taken when nothing else is pending', () => {
    const receiver = greeted({ window: { entries: 3, bytes: 100 } });
    const entries = [message(1, 0, 500)];
    expect(handed(receiver.deliver('connection', { after: '0-0', entries }, 0)).entries).toEqual(
      entries,
    );
  });
});

describe('a message that is larger than the receiver takes', () => {
  it('closes with 4503', () => {
    const receiver = greeted({ maxEntryBytes: 10 });
    const large = { ...message(1), payload: new Uint8Array(11) };
    const actions = receiver.deliver('connection', { after: '0-0', entries: [large] }, 0);
    expect(actions).toMatchObject(closes(CloseCode.windowExceeded));
  });
});
