import { describe, expect, it, jest } from '@jest/globals';
import { decodeEntries } from '@relay/contracts';
import fc from 'fast-check';
import { EntryLog } from './entry-log.js';
import type { NewEntry, ReadLimit } from './outbox.js';
import { newGap, newMessage } from './testing/entries.js';

const ALL: ReadLimit = { entries: 1_000_000, bytes: Infinity };

/** Every entry from `number` on, by its time or the end of its gap. */
function timesFrom(log: EntryLog, number: number): (number | null)[] {
  const times: (number | null)[] = [];
  for (let n = number; n < log.next;) {
    const span = log.span(n, ALL);
    if (span === undefined) throw new Error(`nothing at ${n}`);
    times.push(...decodeEntries(span).map((e) => (e.kind === 'message' ? e.receivedAt : e.to)));
    n += span.count;
  }
  return times;
}

describe('what an outbox in memory holds', () => {
  it('is what was put in and not taken out, whatever the sizes', () => {
    const step = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({ put: fc.constantFrom(1, 10, 60_000, 130_000, 700_000, 2_000_000) }),
      },
      { weight: 1, arbitrary: fc.constant({ put: 'gap' as const }) },
      { weight: 2, arbitrary: fc.record({ take: fc.nat(6) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const log = new EntryLog();
        const held: { time: number; bytes: number }[] = [];
        let time = 0;
        for (const it of steps) {
          time += 1;
          if ('take' in it) {
            log.discard(Math.min(log.oldest + it.take, log.next) - 1);
            held.splice(0, it.take);
            continue;
          }
          const bytes = it.put === 'gap' ? 0 : it.put;
          const entry: NewEntry = it.put === 'gap' ? newGap('r', 0, time) : newMessage(time, bytes);
          log.push(entry);
          held.push({ time, bytes });
        }
        expect(timesFrom(log, log.oldest)).toEqual(held.map((each) => each.time));
        expect(log.bytes).toBe(held.reduce((sum, { bytes }) => sum + bytes, 0));
      }),
      { numRuns: 50 },
    );
  });

  it('keeps its channels where one could not be put in for want of memory', () => {
    const log = new EntryLog();
    const on = (channel: string): NewEntry => ({ ...newMessage(1, 1), channel });
    log.push(on('first'));
    jest.spyOn(Uint8Array.prototype, 'slice').mockImplementationOnce(() => {
      throw new RangeError('Array buffer allocation failed');
    });
    expect(() => log.push(on('second'))).toThrow(RangeError);
    log.push(on('second'));
    const span = log.span(1, ALL);
    const entries = span ? decodeEntries(span) : [];
    expect(entries.map((e) => e.kind === 'message' && e.channel)).toEqual(['first', 'second']);
  });

  it('tells what its oldest was, though one before it found no memory for its name', () => {
    const log = new EntryLog();
    jest.spyOn(Uint8Array.prototype, 'slice').mockImplementationOnce(() => {
      throw new RangeError('Array buffer allocation failed');
    });
    expect(() => log.push(newMessage(1, 200_000))).toThrow(RangeError);
    log.push(newMessage(2, 300_000));
    expect(log.shift()).toEqual({ gap: undefined, at: 2 });
    const gap = newGap('r', 0, 3);
    log.push(gap);
    expect(log.shift()).toEqual({ gap, at: 3 });
  });

  it('lies in memory that is used again', () => {
    const log = new EntryLog();
    log.push(newMessage(1, 70_000));
    const { buffer } = log.span(1, ALL)?.items ?? {};
    log.discard(1);
    log.push(newMessage(2, 70_000));
    expect(log.span(2, ALL)?.items.buffer).toBe(buffer);
  });

  it.each([150_000, 530_000, 3_000_000])(
    'takes no more memory than it needs (%i bytes)',
    (bytes) => {
      const log = new EntryLog();
      log.push(newMessage(1, 10));
      for (let time = 2; time <= 10; time++) log.push(newMessage(time, bytes));
      for (let n = 2; n <= 10; n++) {
        expect(log.span(n, ALL)?.items.buffer.byteLength).toBeLessThan(bytes + 200);
      }
    },
  );

  it('lies in memory that is given back where it was for one large entry', () => {
    const log = new EntryLog();
    log.push(newMessage(1, 3_000_000));
    const { buffer } = log.span(1, ALL)?.items ?? {};
    log.discard(1);
    log.push(newMessage(2, 3_000_000));
    expect(log.span(2, ALL)?.items.buffer).not.toBe(buffer);
  });

  it('is many small entries, too', () => {
    const log = new EntryLog();
    for (let time = 1; time <= 40_000; time++) log.push(newMessage(time, 0));
    expect(timesFrom(log, 1)).toHaveLength(40_000);
    expect(timesFrom(log, 39_999)).toEqual([39_999, 40_000]);
  });

  it('is an entry with a name of any length, too', () => {
    const log = new EntryLog();
    log.push(newMessage(1, 10));
    log.push({ ...newMessage(2, 10), channel: 'ö'.repeat(600_000) });
    log.push({ ...newMessage(3, 10), pattern: '*'.repeat(2_000_000) });
    log.push(newMessage(4, 10));
    expect(timesFrom(log, 1)).toEqual([1, 2, 3, 4]);
  });

  it('tells which of the entries that are read are gaps', () => {
    const log = new EntryLog();
    for (const entry of [newMessage(1), newGap(), newMessage(3)]) log.push(entry);
    expect(log.span(1, { entries: 1, bytes: 9 })?.hasGaps).toBe(false);
    expect(log.span(1, ALL)?.hasGaps).toBe(true);
    expect(log.span(3, ALL)?.hasGaps).toBe(false);
    expect([log.gapsFrom(1), log.gapsFrom(3)]).toEqual([1, 0]);
  });
});
