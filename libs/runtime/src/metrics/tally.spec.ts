import { describe, expect, it } from '@jest/globals';
import { Tally } from './tally.js';

describe('a tally', () => {
  it('shows the names that it knows with 0, so that the first count is a rise', () => {
    expect([...new Tally(['a', 'b'])]).toEqual([
      ['a', 0],
      ['b', 0],
      ['other', 0],
    ]);
  });

  it('counts by name and in all', () => {
    const tally = new Tally(['a', 'b']);
    for (const name of ['a', 'b', 'b', 'a', 'a']) tally.add(name);
    tally.add('b', 10);
    expect(Object.fromEntries(tally)).toEqual({ a: 3, b: 12, other: 0 });
    expect(tally.total).toBe(15);
  });

  it('counts what it does not know as other', () => {
    const tally = new Tally(['a']);
    for (const name of ['x', 'a', 'y', 'y']) tally.add(name);
    expect(Object.fromEntries(tally)).toEqual({ a: 1, other: 3 });
  });

  it('keeps only so many names, however many come', () => {
    const tally = new Tally([], 2);
    for (let n = 0; n < 100; n++) tally.add(`channel-${n}`);
    tally.add('channel-1');
    expect(Object.fromEntries(tally)).toEqual({ 'channel-0': 1, 'channel-1': 2, other: 98 });
  });

  it('takes a name that is "other" for no name of its own', () => {
    const tally = new Tally([], 10);
    tally.add('other');
    expect([...tally]).toEqual([['other', 1]]);
  });
});
