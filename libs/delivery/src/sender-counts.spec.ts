import { describe, expect, it } from '@jest/globals';
import { runOf } from './run.js';
import { Sender } from './sender.js';
import { entriesUpTo } from './sender-counts.js';
import { message, messages, position, welcome } from './testing/entries.js';

function connect(sender: Sender, next: number, changes = {}): void {
  sender.connected(1, { id: 'outbox-1', oldest: '0-1', next: `0-${next}` });
  sender.welcomed(welcome(changes));
}

function delivering(count: number, changes = {}): Sender {
  const sender = new Sender('publisher', 'process-1');
  connect(sender, count + 1, changes);
  return sender;
}

describe('a sender counts', () => {
  it('what it sends', () => {
    const sender = delivering(5);
    sender.entriesRead('0-0', runOf(messages(1, 3)));
    sender.entriesRead('0-3', runOf(messages(4, 5)));
    expect(sender.counts).toMatchObject({ sentEntries: 5, resentEntries: 0 });
  });

  it('what it sends again, and that it sends it', () => {
    const sender = delivering(5);
    sender.entriesRead('0-0', runOf(messages(1, 2)));
    sender.entriesRead('0-2', runOf(messages(3, 4)));
    sender.disconnected();
    connect(sender, 6, { position: position(2, 1) });
    sender.entriesRead('0-2', runOf(messages(3, 5)));
    expect(sender.counts).toMatchObject({ sentEntries: 7, resentEntries: 2 });
  });

  it('what is acknowledged, within a frame, too', () => {
    const sender = delivering(9);
    sender.entriesRead('0-0', runOf(messages(1, 4)));
    sender.entriesRead('0-4', runOf(messages(5, 9)));
    expect(sender.acknowledgedEntries).toBe(0);
    sender.acknowledgedUpTo('0-3');
    expect(sender.acknowledgedEntries).toBe(3);
    sender.acknowledgedUpTo('0-4');
    expect(sender.acknowledgedEntries).toBe(4);
    sender.acknowledgedUpTo('0-6');
    expect(sender.acknowledgedEntries).toBe(6);
    sender.acknowledgedUpTo('0-9');
    expect(sender.acknowledgedEntries).toBe(9);
  });

  it('what is acknowledged, and takes nothing back when the consumer forgets it', () => {
    const sender = delivering(4);
    sender.entriesRead('0-0', runOf(messages(1, 4)));
    sender.acknowledgedUpTo('0-3');
    sender.disconnected();
    connect(sender, 5, { position: position(1, 1) });
    expect(sender.acknowledgedEntries).toBe(3);
    sender.entriesRead('0-1', runOf(messages(2, 2)));
    expect(sender.acknowledgedEntries).toBe(4); // again
    sender.entriesRead('0-2', runOf(messages(3, 4)));
    sender.acknowledgedUpTo('0-4');
    expect(sender.acknowledgedEntries).toBe(6);
  });

  it('a message that is too large once, however often its gap is sent', () => {
    const sender = delivering(2, { maxEntryBytes: 10 });
    sender.entriesRead('0-0', runOf([message(1, 0, 100), message(2)]));
    sender.disconnected();
    connect(sender, 3, { maxEntryBytes: 10 });
    sender.entriesRead('0-0', runOf([message(1, 0, 100), message(2)]));
    expect(sender.counts).toMatchObject({ tooLargeMessages: 1, resentEntries: 2 });
  });

  it('what is in flight against the window, while there is one', () => {
    const sender = delivering(3, { window: { entries: 7, bytes: 70 } });
    sender.entriesRead('0-0', runOf(messages(1, 3, 10)));
    expect(sender.inFlight).toEqual({ entries: 3, bytes: 30 });
    expect(sender.window).toEqual({ entries: 7, bytes: 70 });
    sender.disconnected();
    expect(sender.window).toBeUndefined();
  });
});

it('does not guess how many entries lie up to a cursor where offsets leave some out', () => {
  const frame = { first: '1700-0', last: '1800-3', entries: 5 };
  expect(entriesUpTo('1700-1', frame)).toBe(0);
});
