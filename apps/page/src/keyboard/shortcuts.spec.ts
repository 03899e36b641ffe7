import { describe, expect, it } from '@jest/globals';
import { commandOf } from './shortcuts.js';

const plain = { hasModifier: false, focus: 'other' } as const;

describe('shortcuts', () => {
  it('are single keys', () => {
    const keys = ['/', 'p', ' ', 'c', 'g', 'End', '?', 'x', 'toString'];
    expect(keys.map((key) => commandOf({ ...plain, key }))).toEqual([
      ...['filter', 'pause', 'pause', 'clear', 'newest', 'newest', 'help', undefined, undefined],
    ]);
  });

  it('leave text fields and the browser their keys', () => {
    expect(commandOf({ ...plain, key: 'c', focus: 'text' })).toBeUndefined();
    expect(commandOf({ ...plain, key: 'c', hasModifier: true })).toBeUndefined();
  });

  it('leave the space bar to a button that has the focus, and End to what scrolls', () => {
    expect(commandOf({ ...plain, key: ' ', focus: 'control' })).toBeUndefined();
    expect(commandOf({ ...plain, key: 'End', focus: 'scroller' })).toBeUndefined();
    expect(commandOf({ ...plain, key: 'p', focus: 'control' })).toBe('pause');
    expect(commandOf({ ...plain, key: 'End', focus: 'control' })).toBe('newest');
  });
});
