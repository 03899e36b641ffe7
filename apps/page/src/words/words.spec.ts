import { describe, expect, it } from '@jest/globals';
import { GapReason } from '@relay/contracts';
import { gapItem } from '../feed/testing/items.js';
import { gapWords, reasonWords } from './gap-words.js';
import { count, duration, number, size } from './numbers.js';
import { refusalWords } from './refusal-words.js';
import { clockTime, span, timeOf } from './times.js';

const at = new Date(2026, 0, 2, 14, 3, 7).getTime();
const dayLater = at + 86_400_000;

describe('words', () => {
  it('tell a gap in a sentence', () => {
    const gap = gapItem(1, { from: at, to: at + 2000 });
    expect(gapWords(gap, at)).toBe('12 messages missing, 14:03:07–14:03:09: Redis restarted');
    expect(gapWords({ ...gap, count: 1, to: at }, at)).toBe(
      '1 message missing, at 14:03:07: Redis restarted',
    );
    expect(gapWords({ ...gap, count: null, from: null, to: null }, at)).toBe(
      'Messages may be missing, at an unknown time: Redis restarted',
    );
  });

  it('know every reason of the contract, and show an unknown one as it is', () => {
    for (const reason of Object.values(GapReason))
      expect(reasonWords(reason)).toMatch(reason === 'overflow' ? /outbox/ : /\w+ \w+/);
    expect(reasonWords('moon-phase')).toBe('moon-phase');
    expect(reasonWords('toString')).toBe('toString');
  });

  it('count the attempts of a handler that was called', () => {
    expect(refusalWords(3)).toBe('refused it after 3 attempts');
    expect(refusalWords(1)).toBe('refused it after 1 attempt');
    expect(refusalWords(0)).toBe('cannot take it');
  });

  it('name the day where it is not today', () => {
    expect(timeOf(at, at)).toBe('14:03:07');
    expect(timeOf(at, dayLater)).toMatch(/2026.*14:03:07$/);
    expect(span(at, null, at)).toBe('from 14:03:07');
    expect(span(null, at, at)).toBe('until 14:03:07');
    expect(span(at, dayLater, dayLater)).toMatch(/2026.*–.*14:03:07$/);
    expect(clockTime(at)).toBe('14:03:07');
  });

  it('give numbers as people write them', () => {
    expect([number(12_034), number(3.44), number(34.4), number(0)]).toEqual([
      ...['12,034', '3.4', '34', '0'],
    ]);
    expect([count(1, 'gap'), count(0, 'gap'), count(2, 'entry', 'entries')]).toEqual([
      ...['1 gap', '0 gaps', '2 entries'],
    ]);
    expect([duration(0.42), duration(38.2), duration(2100), duration(180_000)]).toEqual([
      ...['0.4 ms', '38 ms', '2.1 s', '3 min'],
    ]);
    expect([size(1), size(17), size(1234), size(3_400_000)]).toEqual([
      ...['1 byte', '17 bytes', '1.2 KB', '3.4 MB'],
    ]);
  });
});
