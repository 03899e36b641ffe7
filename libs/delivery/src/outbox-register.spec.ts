import { describe, expect, it } from '@jest/globals';
import { CloseCode, type Hello } from '@relay/contracts';
import type { Receiver } from './receiver.js';
import { hello, message, messages, startGap } from './testing/entries.js';
import {
  closes,
  comeIn,
  greeted,
  handed,
  live,
  receiverWith,
  welcomedWith,
} from './testing/receiving.js';

/** Hello from another process of the same publisher, with its own outbox. */
function successor(n: number): Hello {
  const outbox = { id: `outbox-${n}`, oldest: '0-1', next: '0-9' };
  return hello(9, { process: `process-${n}`, outbox });
}

/** Hello from a publisher of another name. */
function other(name: string): Hello {
  return { ...hello(9), publisher: name, process: name, outbox: { ...hello(9).outbox, id: name } };
}

describe('a hello', () => {
  const lost = { kind: 'gap', reason: 'publisher-lost' };

  it('alone takes no name: it may have been long on its way, and its process be no more', () => {
    const receiver = receiverWith();
    comeIn(receiver, 'successor', successor(2));
    receiver.disconnected('successor', 0);
    receiver.hello('late', successor(1), 0);
    const again = { ...successor(2), connection: 10 };
    expect(welcomedWith(receiver.hello('again', again, 0))).not.toBe('no welcome');
    expect([...receiver.publishers]).toMatchObject([{ connection: 'again' }]);
  });

  it.each([
    ['connected', () => undefined],
    ['gone again', (receiver: Receiver<string>) => receiver.disconnected('other', 0)],
  ])('comes too late when another has come in since, and is %s', (_, happens) => {
    const receiver = receiverWith();
    receiver.hello('connection', successor(1), 0);
    comeIn(receiver, 'other', successor(2));
    happens(receiver);
    expect(live(receiver, 'connection')).toMatchObject(closes(CloseCode.nameInUse));
  });

  it('makes the next outbox begin with a gap, though nothing more came of its own', () => {
    const receiver = receiverWith();
    receiver.hello('lost', successor(1), 0);
    receiver.disconnected('lost', 0);
    comeIn(receiver, 'next', successor(2));
    const actions = receiver.deliver('next', { after: '0-0', entries: [startGap(500)] }, 0);
    expect(handed(actions).entries).toMatchObject([{ ...lost, from: null, to: 500 }]);
  });

  it('leaves its trace though one that is known comes again meanwhile, and says goodbye', () => {
    const receiver = greeted();
    receiver.disconnected('connection', 0);
    receiver.hello('lost', successor(2), 0);
    receiver.disconnected('lost', 0);
    receiver.hello('again', hello(100, { connection: 2 }), 0);
    receiver.goodbye('again', { subscriptionEndedAt: 300 }, 0);
    receiver.disconnected('again', 0);
    comeIn(receiver, 'next', successor(3));
    const actions = receiver.deliver('next', { after: '0-0', entries: [startGap(500)] }, 0);
    expect(handed(actions).entries).toMatchObject([{ ...lost, from: 300, to: 500 }]);
  });

  it('that comes again after it was overtaken is the successor of what came in meanwhile', () => {
    const receiver = receiverWith();
    receiver.hello('first', successor(1), 0);
    receiver.hello('second', successor(2), 0);
    live(receiver, 'first');
    receiver.goodbye('first', { subscriptionEndedAt: 300 }, 0);
    receiver.disconnected('first', 0);
    expect(live(receiver, 'second')).toMatchObject(closes(CloseCode.nameInUse, 'second'));
    receiver.disconnected('second', 0);
    comeIn(receiver, 'again', { ...successor(2), connection: 10 });
    const actions = receiver.deliver('again', { after: '0-0', entries: [startGap(500)] }, 0);
    const expected = { reason: 'publisher-restarted', from: 300, to: 500 };
    expect(handed(actions).entries).toMatchObject([expected]);
  });

  it('makes that no loss of the same outbox, when it comes again', () => {
    const receiver = receiverWith();
    receiver.hello('cut', successor(1), 0);
    receiver.disconnected('cut', 0);
    comeIn(receiver, 'again', { ...successor(1), connection: 10 });
    const actions = receiver.deliver('again', { after: '0-0', entries: [startGap(500)] }, 0);
    expect(handed(actions).entries).toMatchObject([{ kind: 'start', at: 500 }]);
  });

  it('is followed by an acknowledgement of what was handled until the publisher came in', () => {
    const receiver = greeted();
    const first = receiver.deliver('connection', { after: '0-0', entries: messages(1, 2) }, 0);
    receiver.disconnected('connection', 0);
    const outbox = hello(100, { process: 'process-2' });
    expect(welcomedWith(receiver.hello('other', outbox, 0))).toMatchObject({ cursor: '0-0' });
    receiver.handled(handed(first).from, 0, 2);
    const frame = { event: 'ack', data: { cursor: '0-2' } };
    expect(live(receiver, 'other')).toContainEqual({ kind: 'send', connection: 'other', frame });
  });

  it('of a newer connection ends an older one that was only welcomed', () => {
    const receiver = receiverWith();
    receiver.hello('connection', hello(100), 0);
    const actions = receiver.hello('newer', hello(100, { connection: 2 }), 0);
    expect(actions).toMatchObject([...closes(CloseCode.superseded), { kind: 'send' }]);
    expect(live(receiver, 'connection')).toMatchObject(closes(CloseCode.unexpectedFrame));
  });

  it('of an older connection is refused while a newer one is only welcomed', () => {
    const receiver = receiverWith();
    receiver.hello('newer', hello(100, { connection: 2 }), 0);
    const actions = receiver.hello('connection', hello(100), 0);
    expect(actions).toMatchObject(closes(CloseCode.superseded));
  });
});

describe('two connections', () => {
  it('of one process: the newer counts, and the older is not heard any more', () => {
    const receiver = greeted();
    const [first] = receiver.hello('newer', hello(100, { connection: 2 }), 0);
    expect([first]).toMatchObject(closes(CloseCode.superseded));
    const actions = receiver.deliver('connection', { after: '0-0', entries: [message(1)] }, 0);
    expect(actions).toMatchObject(closes(CloseCode.unexpectedFrame));
    receiver.disconnected('connection', 0);
    expect([...receiver.publishers].map(({ connection }) => connection)).toEqual(['newer']);
  });

  it('of one process: an older one that comes late is refused', () => {
    const receiver = receiverWith();
    comeIn(receiver, 'connection', hello(100, { connection: 2 }));
    const actions = receiver.hello('older', hello(100, { connection: 1 }), 0);
    expect(actions).toMatchObject(closes(CloseCode.superseded, 'older'));
  });

  it('of one name with different outboxes: the second is refused while the first lives', () => {
    const receiver = greeted();
    const refused = receiver.hello('second', successor(2), 0);
    expect(refused).toMatchObject(closes(CloseCode.nameInUse, 'second'));
    receiver.disconnected('connection', 0);
    expect(welcomedWith(receiver.hello('third', successor(2), 0))).toBeNull();
  });

  it('of one name with different outboxes: the one that was replaced is not heard again', () => {
    const receiver = greeted();
    receiver.disconnected('connection', 0);
    comeIn(receiver, 'second', successor(2));
    receiver.disconnected('second', 0);
    const refused = receiver.hello('back', hello(100, { connection: 2 }), 0);
    expect(refused).toMatchObject(closes(CloseCode.superseded, 'back'));
  });

  it('of two processes with one outbox: the second is refused while the first lives', () => {
    const actions = greeted().hello('second', hello(100, { process: 'process-2' }), 0);
    expect(actions).toMatchObject(closes(CloseCode.nameInUse, 'second'));
  });
});

describe('what a receiver remembers', () => {
  it('is the end of the outbox that its publisher had before', () => {
    const receiver = greeted();
    receiver.goodbye('connection', { subscriptionEndedAt: 300 }, 0);
    receiver.disconnected('connection', 0);
    comeIn(receiver, 'next', successor(2));
    const actions = receiver.deliver('next', { after: '0-0', entries: [startGap(500)] }, 0);
    const expected = { reason: 'publisher-restarted', from: 300, to: 500 };
    expect(handed(actions).entries).toMatchObject([expected]);
  });

  it('is that, though the outbox itself had to make room', () => {
    const receiver = greeted({ maxOutboxes: 1 });
    receiver.disconnected('connection', 0);
    comeIn(receiver, 'next', successor(2));
    const actions = receiver.deliver('next', { after: '0-0', entries: [startGap(500)] }, 0);
    expect(handed(actions).entries).toMatchObject([{ kind: 'gap', reason: 'publisher-lost' }]);
  });

  it('is the outboxes that were connected last', () => {
    const receiver = receiverWith({ maxOutboxes: 2 });
    for (const [time, name] of ['a', 'b', 'c'].entries()) {
      comeIn(receiver, name, other(name), time);
      receiver.disconnected(name, time);
    }
    expect([...receiver.publishers].map(({ position }) => position.publisher)).toEqual(['b', 'c']);
  });

  it('is rather those than one that a later outbox of its publisher replaced', () => {
    const receiver = receiverWith({ maxOutboxes: 2 });
    for (const [time, from] of [other('away'), successor(1), successor(2)].entries()) {
      comeIn(receiver, from.process, from, time);
      receiver.disconnected(from.process, time);
    }
    const names = [...receiver.publishers].map(({ position }) => position.publisher);
    expect(names).toEqual(['away', 'publisher']);
  });

  it('is never given up for another while it is connected', () => {
    const receiver = greeted({ maxOutboxes: 1 });
    const actions = receiver.hello('second', other('b'), 0);
    expect(actions).toMatchObject(closes(CloseCode.tooManyOutboxes, 'second'));
  });

  it('is never given up for another while it has something to handle', () => {
    const receiver = greeted({ maxOutboxes: 1 });
    receiver.deliver('connection', { after: '0-0', entries: [message(1)] }, 0);
    receiver.disconnected('connection', 0);
    const actions = receiver.hello('second', other('b'), 0);
    expect(actions).toMatchObject(closes(CloseCode.tooManyOutboxes, 'second'));
  });

  it('is away since it broke the protocol, if it did', () => {
    const receiver = greeted({ maxOutboxes: 2 });
    comeIn(receiver, 'b', other('b'), 1_000);
    receiver.disconnected('b', 2_000);
    receiver.deliver('connection', { after: '0-9', entries: [message(8)] }, 3_000);
    expect([...receiver.publishers].map(({ since }) => since)).toEqual([3_000, 2_000]);
    comeIn(receiver, 'c', other('c'), 4_000);
    const names = [...receiver.publishers].map(({ position }) => position.publisher);
    expect(names).toEqual(['publisher', 'c']);
  });

  it('is said to be lost where the outbox goes back behind it', () => {
    const receiver = greeted();
    receiver.deliver('connection', { after: '0-0', entries: messages(1, 5) }, 0);
    receiver.disconnected('connection', 0);
    const actions = receiver.hello('again', hello(3, { connection: 2 }), 0);
    expect(handed(actions).entries).toMatchObject([{ kind: 'gap', reason: 'position-lost' }]);
    expect(welcomedWith(actions)).toBeNull();
  });

  describe('and that does not get to the handlers', () => {
    const received = messages(1, 5);

    function wentBack(): Receiver<string> {
      const receiver = greeted();
      receiver.deliver('connection', { after: '0-0', entries: received }, 0);
      receiver.disconnected('connection', 0);
      return receiver;
    }

    it('is said when somebody comes in next', () => {
      const receiver = wentBack();
      const gap = handed(receiver.hello('again', hello(3, { connection: 2 }), 0));
      receiver.takeBack(gap);
      receiver.disconnected('again', 0);
      expect(receiver.received).toBe(received.length);
      expect(handed(comeIn(receiver, 'once more', hello(3, { connection: 3 })))).toEqual(gap);
    });

    it('is said, too, where the first frame behind the welcome could not be taken in', () => {
      const receiver = wentBack();
      receiver.hello('again', hello(3, { process: 'process-2', connection: 2 }), 0);
      const unreadable = {
        after: '0-0',
        get entries(): never {
          throw new RangeError('no memory');
        },
      };
      expect(() => receiver.deliver('again', unreadable, 0)).toThrow('no memory');
      receiver.disconnected('again', 0);
      const again = hello(3, { process: 'process-2', connection: 3 });
      expect(handed(comeIn(receiver, 'once more', again)).entries).toMatchObject([
        { reason: 'position-lost', offset: '0-5' },
      ]);
    });
  });
});
