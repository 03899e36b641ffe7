import { describe, expect, it } from '@jest/globals';
import { entryBytes, GapReason, gapEntry } from './entries.js';

describe('the part of a window that an entry takes', () => {
  const message = {
    kind: 'message',
    channel: 'news.se',
    payload: new Uint8Array(100),
    receivedAt: 0,
  } as const;

  it('is its payload and its names', () => {
    expect(entryBytes(message)).toBe(107);
    expect(entryBytes({ ...message, pattern: 'news.*' })).toBe(113);
  });

  it('is nothing for a gap, which must never wait', () => {
    expect(entryBytes({ kind: 'gap', reason: 'start', from: null, to: null, count: null })).toBe(0);
  });
});

describe('a gap', () => {
  it.each([...Object.values(GapReason), 'a-reason-of-a-newer-version'])(
    'may be for %s',
    (reason) => {
      const gap = { kind: 'gap', offset: '0-1', reason, from: null, to: 0, count: 0 };
      expect(gapEntry.parse(gap)).toEqual(gap);
    },
  );
});
