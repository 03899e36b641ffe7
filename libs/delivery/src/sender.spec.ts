import { describe, expect, it } from '@jest/globals';
import { CloseCode, type Entry, GapReason, type Offset, type Welcome } from '@relay/contracts';
import { acknowledgedByAll } from './acknowledged-by-all.js';
import { entriesOf, runOf } from './run.js';
import { FRAME_LIMIT, Sender, type SenderAction } from './sender.js';
import { message, messages, newGap, position, welcome } from './testing/entries.js';

function ends(next: number): { id: string; oldest: Offset; next: Offset } {
  return { id: 'outbox-1', oldest: '0-1', next: `0-${next}` };
}

/** A sender with `count` messages to send, whose consumer has answered. */
function delivering(count: number, changes: Partial<Welcome> = {}): Sender {
  const sender = new Sender('publisher', 'process-1');
  sender.connected(1, ends(count + 1));
  sender.welcomed(welcome(changes));
  return sender;
}

function reconnected(sender: Sender, next: number, changes: Partial<Welcome> = {}): SenderAction[] {
  sender.disconnected();
  sender.connected(2, ends(next));
  return [...sender.welcomed(welcome(changes))];
}

/** What it delivers of `entries`, by their numbers; undefined: nothing. */
function delivered(actions: readonly SenderAction[]): string[] | undefined {
  return entriesIn(actions.find(({ kind }) => kind === 'deliver'))?.map(({ offset }) => offset);
}

function entriesIn(action: SenderAction | undefined): Entry[] | undefined {
  return action?.kind === 'deliver' ? entriesOf(action.run) : undefined;
}

function reads(actions: readonly SenderAction[]): Offset[] {
  return actions.flatMap((action) => (action.kind === 'read' ? [action.after] : []));
}

describe('a sender', () => {
  it('greets with who it is and what it has', () => {
    const sender = new Sender('publisher', 'process-1');
    const data = { publisher: 'publisher', process: 'process-1', connection: 7, outbox: ends(3) };
    expect(sender.connected(7, ends(3))).toEqual([
      { kind: 'send', frame: { event: 'hello', data } },
    ]);
  });

  it('sends nothing before the welcome', () => {
    const sender = new Sender('publisher', 'process-1');
    sender.connected(1, ends(1));
    expect(sender.appended('0-5')).toEqual([]);
  });

  it('begins at the oldest entry for a consumer that knows nothing', () => {
    const sender = new Sender('publisher', 'process-1');
    sender.connected(1, ends(3));
    expect(reads(sender.welcomed(welcome()))).toEqual(['0-0']);
  });

  it('reads on behind what it sent, one read at a time', () => {
    const sender = delivering(5);
    expect(reads(sender.appended('0-9'))).toEqual([]);
    const actions = sender.entriesRead('0-0', runOf(messages(1, 5)));
    expect(delivered(actions)).toEqual(['0-1', '0-2', '0-3', '0-4', '0-5']);
    expect(reads(actions)).toEqual(['0-5']);
  });

  it('delivers what was read as it is, with nothing to encode', () => {
    const run = runOf(messages(1, 3));
    const [deliver] = delivering(3).entriesRead('0-0', run);
    expect(deliver?.kind === 'deliver' && deliver.run).toBe(run);
  });

  it('says when the cursor moved, and only then', () => {
    const sender = delivering(2);
    sender.entriesRead('0-0', runOf(messages(1, 2)));
    expect(sender.acknowledgedUpTo('0-2')).toEqual([{ kind: 'progress' }]);
    expect(sender.acknowledgedUpTo('0-1')).toEqual([]);
    expect([sender.acknowledged, sender.isDrained]).toEqual(['0-2', true]);
  });

  it('reads no more than a frame may carry', () => {
    const sender = new Sender('publisher', 'process-1');
    sender.connected(1, ends(10_000));
    const window = { entries: 1_000_000, bytes: 1e9 };
    expect(sender.welcomed(welcome({ window }))).toMatchObject([{ limit: FRAME_LIMIT }]);
  });
});

describe('a sender whose connection broke', () => {
  it('goes on behind what was received', () => {
    const sender = delivering(5);
    sender.entriesRead('0-0', runOf(messages(1, 5)));
    const actions = reconnected(sender, 6, { position: position(3, 2) });
    expect(actions).toMatchObject([{ kind: 'progress' }, { kind: 'read', after: '0-3' }]);
    expect(sender.acknowledged).toBe('0-2');
  });

  it('goes on behind what was acknowledged for a consumer that forgot everything', () => {
    const sender = delivering(5);
    sender.entriesRead('0-0', runOf(messages(1, 5)));
    sender.acknowledgedUpTo('0-2');
    expect(reads(reconnected(sender, 6))).toEqual(['0-2']);
  });

  it('does not mistake the answer to an earlier read for the one it needs', () => {
    const sender = delivering(5);
    sender.entriesRead('0-0', runOf(messages(1, 3))); // reads behind 0-3 now
    expect(reads(reconnected(sender, 6, { position: position(1, 1) }))).toEqual([]);
    const actions = sender.entriesRead('0-3', runOf(messages(4, 5)));
    expect([delivered(actions), reads(actions)]).toEqual([undefined, ['0-1']]);
  });

  it('reads again where a read failed, and not before', () => {
    const sender = delivering(5);
    sender.entriesRead('0-0', runOf(messages(1, 3))); // reads behind 0-3 now
    sender.readFailed();
    expect(sender.appended('0-7')).toEqual([]);
    expect(reads(reconnected(sender, 7, { position: position(3, 3) }))).toEqual(['0-3']);
  });

  it('sends nothing while it is away', () => {
    const sender = delivering(5);
    sender.disconnected();
    expect(sender.entriesRead('0-0', runOf(messages(1, 5)))).toEqual([]);
  });
});

describe('the window of a sender', () => {
  it('bounds the entries on their way', () => {
    const sender = delivering(9, { window: { entries: 2, bytes: 1_000 } });
    sender.entriesRead('0-0', runOf([message(1)]));
    expect(reads(sender.entriesRead('0-1', runOf([message(2)])))).toEqual([]);
    expect(reads(sender.acknowledgedUpTo('0-1'))).toEqual(['0-2']);
  });

  it('bounds the bytes on their way', () => {
    const sender = delivering(9, { window: { entries: 100, bytes: 10 } });
    const actions = sender.entriesRead('0-0', runOf(messages(1, 2, 4)));
    expect(actions).toMatchObject([{}, { kind: 'read', after: '0-2', limit: { bytes: 2 } }]);
    expect(sender.entriesRead('0-2', runOf([message(3, 0, 4)]))).toEqual([]);
  });

  it.each([
    ['bytes', { entries: 100, bytes: 10 }],
    ['entries', { entries: 2, bytes: 1_000 }],
  ])('that has fewer %s than the one for which was read has it read again', (_, window) => {
    const sender = delivering(9, { window });
    const actions = sender.entriesRead('0-0', runOf(messages(1, 3, 4)));
    expect([delivered(actions), reads(actions)]).toEqual([undefined, ['0-0']]);
  });

  it('lets one entry pass that is larger, alone', () => {
    const sender = delivering(9, { window: { entries: 100, bytes: 10 } });
    expect(delivered(sender.entriesRead('0-0', runOf([message(1, 0, 50)])))).toEqual(['0-1']);
    expect(delivered(sender.entriesRead('0-1', runOf([message(2, 0, 50)])))).toBeUndefined();
    expect(reads(sender.acknowledgedUpTo('0-1'))).toEqual(['0-1']);
  });

  it('is free again of what was lost with a connection', () => {
    const sender = delivering(9, { window: { entries: 2, bytes: 1_000 } });
    sender.entriesRead('0-0', runOf(messages(1, 2)));
    const window = { entries: 2, bytes: 1_000 };
    expect(reads(reconnected(sender, 10, { window }))).toEqual(['0-0']);
  });
});

describe('what a sender cannot send', () => {
  it('is a gap of 1 if it is larger than the consumer takes', () => {
    const sender = delivering(2, { maxEntryBytes: 10 });
    const [deliver] = sender.entriesRead('0-0', runOf([message(1, 70, 11), message(2, 80, 10)]));
    const reason = GapReason.tooLarge;
    const gap = { kind: 'gap', offset: '0-1', reason, from: 70, to: 70, count: 1 };
    expect(entriesIn(deliver)).toMatchObject([gap, { kind: 'message', offset: '0-2' }]);
  });

  it('begins at no time that is known, if the consumer has gone back behind what it acknowledged', () => {
    const sender = delivering(10);
    sender.entriesRead('0-0', runOf([message(10, 70)]));
    sender.acknowledgedUpTo('0-10');
    reconnected(sender, 12, { position: position(3, 3) });
    const overflow: Entry = { ...newGap(GapReason.overflow, null, 60), offset: '0-6', count: 3 };
    const [first] = sender.entriesRead('0-3', runOf([overflow]));
    expect(entriesIn(first)).toMatchObject([{ from: null, to: 60, count: 3 }]);
  });

  it('is a gap that begins with the entry before it, if it overflowed', () => {
    const sender = delivering(20);
    sender.entriesRead('0-0', runOf([message(1, 70)]));
    const overflow: Entry = {
      ...newGap(GapReason.overflow, null, 90),
      offset: '0-9',
      count: 8,
    };
    const [first] = sender.entriesRead('0-1', runOf([overflow]));
    expect(entriesIn(first)).toMatchObject([{ from: 70, to: 90, count: 8 }]);
  });

  it('begins with the entry before it in the same frame, too', () => {
    const sender = delivering(20);
    const kept: Entry = { ...newGap(GapReason.redisSilent, 10, 60), offset: '0-2' };
    const overflow: Entry = { ...newGap(GapReason.overflow, null, 90), offset: '0-9', count: 7 };
    const [first] = sender.entriesRead('0-1', runOf([]));
    expect(first).toMatchObject({ kind: 'read', after: '0-0' });
    const [deliver] = sender.entriesRead('0-0', runOf([kept, overflow]));
    expect(entriesIn(deliver)).toMatchObject([kept, { from: 60, to: 90, count: 7 }]);
  });
});

describe('a sender that is to end', () => {
  const goodbye = { subscriptionEndedAt: 900 };

  it('says goodbye once everything is acknowledged', () => {
    const sender = delivering(1);
    sender.entriesRead('0-0', runOf([message(1)]));
    expect(sender.drain(goodbye)).toEqual([]);
    expect(sender.acknowledgedUpTo('0-1')).toMatchObject([
      { kind: 'progress' },
      { kind: 'send', frame: { event: 'goodbye', data: goodbye } },
      { kind: 'close', code: CloseCode.goingAway },
    ]);
    expect(sender.state).toBe('finished');
  });

  it('connects again to say it', () => {
    const sender = delivering(0);
    sender.disconnected();
    expect(sender.drain(goodbye)).toEqual([]);
    expect(reconnected(sender, 1)).toMatchObject([{ frame: { event: 'goodbye' } }, {}]);
  });
});

describe('a sender closes the connection of a consumer that', () => {
  const closes = (code: CloseCode): object[] => [{ kind: 'close', code }];

  it('welcomes twice', () => {
    expect(delivering(1).welcomed(welcome())).toMatchObject(closes(CloseCode.unexpectedFrame));
  });

  it('acknowledges before it welcomes', () => {
    const sender = new Sender('publisher', 'process-1');
    sender.connected(1, ends(3));
    expect(sender.acknowledgedUpTo('0-1')).toMatchObject(closes(CloseCode.unexpectedFrame));
  });

  it.each([
    ['received more than there is', position(3, 1)],
    ['handled more than it received', position(1, 2)],
  ])('%s', (_, claimed) => {
    const sender = new Sender('publisher', 'process-1');
    sender.connected(1, ends(3));
    const actions = sender.welcomed(welcome({ position: claimed }));
    expect(actions).toMatchObject(closes(CloseCode.unknownPosition));
  });

  it('acknowledges what was not sent', () => {
    const sender = delivering(9);
    sender.entriesRead('0-0', runOf(messages(1, 3)));
    expect(sender.acknowledgedUpTo('0-4')).toMatchObject(closes(CloseCode.unknownPosition));
  });
});

describe('what all consumers have acknowledged', () => {
  it('is what the slowest has', () => {
    const senders = [3, 1, 2].map((acknowledged) => {
      const sender = delivering(9);
      sender.entriesRead('0-0', runOf(messages(1, 9)));
      sender.acknowledgedUpTo(`0-${acknowledged}`);
      return sender;
    });
    expect(acknowledgedByAll(senders)).toBe('0-1');
  });
});
