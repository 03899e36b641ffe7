import { describe, expect, it } from '@jest/globals';
import { type Entry, GapReason } from '@relay/contracts';
import { MemoryOutbox } from './memory-outbox.js';
import type { ReadLimit } from './outbox.js';
import { entriesOf, type Run } from './run.js';
import { newGap, newMessage } from './testing/entries.js';

const ALL: ReadLimit = { entries: 10_000, bytes: 1_000_000 };

function outboxOf(count: number, bounds = {}): MemoryOutbox {
  const outbox = new MemoryOutbox('id', { maxMessages: 1_000, maxBytes: 1_000, ...bounds });
  for (let n = 1; n <= count; n++) outbox.append(newMessage(n));
  return outbox;
}

function told(run: Run): string[] {
  return entriesOf(run).map((entry) =>
    entry.kind === 'message'
      ? entry.offset
      : `${entry.reason} up to ${entry.offset}, ${String(entry.count)}`,
  );
}

describe('an outbox in memory', () => {
  it('gives its n-th entry the offset 0-n', () => {
    const outbox = outboxOf(2);
    expect([outbox.oldest, outbox.next]).toEqual(['0-1', '0-3']);
    expect(told(outbox.read('0-0', ALL))).toEqual(['0-1', '0-2']);
  });

  it('reads behind an offset', () => {
    expect(told(outboxOf(3).read('0-2', ALL))).toEqual(['0-3']);
    expect(outboxOf(3).read('0-3', ALL).count).toBe(0);
  });

  it('reads no more than is asked for, but one entry however large', () => {
    const outbox = outboxOf(3);
    expect(told(outbox.read('0-0', { entries: 2, bytes: 100 }))).toEqual(['0-1', '0-2']);
    expect(told(outbox.read('0-0', { entries: 9, bytes: 2 }))).toEqual(['0-1', '0-2']);
    expect(told(outbox.read('0-0', { entries: 9, bytes: 0 }))).toEqual(['0-1']);
  });

  it('forgets what is released', () => {
    const outbox = outboxOf(3);
    outbox.release('0-2');
    expect([outbox.oldest, outbox.size, outbox.bytes]).toEqual(['0-3', 1, 1]);
  });

  it('releases no more than it has', () => {
    const outbox = outboxOf(1);
    outbox.release('0-99');
    expect([outbox.oldest, outbox.next, outbox.size]).toEqual(['0-2', '0-2', 0]);
  });

  it('says to whoever remembers less than was released that the position is lost', () => {
    const outbox = outboxOf(3);
    outbox.release('0-2');
    expect(told(outbox.read('0-0', ALL))).toEqual(['position-lost up to 0-2, null', '0-3']);
  });
});

function isOverflow(entry: Entry): boolean {
  return entry.kind === 'gap' && entry.reason === GapReason.overflow;
}

describe('an outbox in memory that is full', () => {
  it('lets the oldest go, by number', () => {
    const outbox = outboxOf(5, { maxMessages: 2 });
    expect([outbox.oldest, outbox.size, outbox.dropped]).toEqual(['0-4', 2, 3]);
  });

  it('lets the oldest go, by bytes', () => {
    const outbox = outboxOf(5, { maxBytes: 3 });
    expect([outbox.oldest, outbox.bytes, outbox.dropped]).toEqual(['0-3', 3, 2]);
  });

  it('keeps one message however large', () => {
    const outbox = outboxOf(1, { maxBytes: 3 });
    outbox.append(newMessage(2, 50));
    expect([outbox.oldest, outbox.size]).toEqual(['0-2', 1]);
  });

  it('says where a hole is, with the number of messages', () => {
    const outbox = outboxOf(5, { maxMessages: 2 });
    expect(told(outbox.read('0-0', ALL))).toEqual(['overflow up to 0-3, 3', '0-4', '0-5']);
  });

  it('counts for each reader what that reader has not had', () => {
    const outbox = outboxOf(5, { maxMessages: 2 });
    expect(told(outbox.read('0-2', ALL))).toEqual(['overflow up to 0-3, 1', '0-4', '0-5']);
  });

  it('says until when what is missing was taken in', () => {
    const [gap] = entriesOf(outboxOf(5, { maxMessages: 2 }).read('0-0', ALL));
    expect(gap).toMatchObject({ from: null, to: 3 });
  });

  it('keeps the gaps that overflow, in their places', () => {
    const outbox = outboxOf(2, { maxMessages: 1 });
    outbox.append(newGap());
    outbox.append(newMessage());
    outbox.append(newMessage());
    const expected = [
      'overflow up to 0-2, 2',
      'redis-connection-lost up to 0-3, null',
      'overflow up to 0-4, 1',
      '0-5',
    ];
    expect(told(outbox.read('0-0', ALL))).toEqual(expected);
    expect([outbox.oldest, outbox.size, outbox.dropped]).toEqual(['0-3', 2, 3]);
  });

  it('says so of each hole between gaps', () => {
    const outbox = outboxOf(2, { maxMessages: 1 });
    outbox.append(newGap());
    for (const at of [3, 4, 5]) outbox.append(newMessage(at));
    const holes = entriesOf(outbox.read('0-0', ALL)).filter(isOverflow);
    expect(holes).toMatchObject([{ to: 2 }, { to: 4 }]);
  });

  it('forgets the gaps it kept when they are released', () => {
    const outbox = outboxOf(0, { maxMessages: 1 });
    outbox.append(newGap());
    outbox.append(newMessage());
    outbox.release('0-1');
    expect([outbox.oldest, outbox.size]).toEqual(['0-2', 1]);
  });

  it('makes one of the oldest gaps when there are very many, which covers what lay between', () => {
    const outbox = outboxOf(0, { maxMessages: 1 });
    for (let n = 0; n < 1_200; n++) {
      outbox.append(newGap(GapReason.redisSilent, 10 * n, 10 * n + 5));
      outbox.append(newMessage(10 * n + 7));
    }
    outbox.append(newMessage());
    const [oldest, ...others] = entriesOf(outbox.read('0-0', ALL));
    expect(oldest).toMatchObject({ reason: 'redis-silent', from: 0, to: 2_005, count: null });
    expect(oldest?.offset).toBe('0-401');
    expect(outbox.size).toBe(1_001);
    expect(others.filter(({ kind }) => kind === 'gap')).toHaveLength(1_999);
  });

  it('calls no beginning what has come of one and the gaps behind it', () => {
    const outbox = outboxOf(0, { maxMessages: 1 });
    outbox.append(newGap(GapReason.start, null, 0));
    for (let n = 0; n < 1_200; n++) {
      outbox.append(newMessage(10 * n));
      outbox.append(newGap(GapReason.redisSilent, 10 * n, 10 * n + 5));
    }
    const [oldest] = entriesOf(outbox.read('0-0', ALL));
    expect(oldest).toMatchObject({ reason: 'redis-silent', from: null });
  });
});
