import { describe, expect, it } from '@jest/globals';
import { type Filter, isFiltering, matcher, noFilter, parseFilter, printFilter } from './filter.js';
import type { Row } from './rows.js';
import { deadLetterItem, gapItem, messageItem } from './testing/items.js';

function message(channel: string, preview = 'hello'): Row {
  const item = messageItem(1, { channel, preview });
  return { kind: 'message', key: 1, feed: 'f', item, refusal: undefined };
}

function passes(filter: Partial<Filter>, row: Row): boolean {
  return matcher({ ...noFilter, ...filter })(row);
}

describe('filter', () => {
  it('comes back from the link that carries it', () => {
    for (const filter of [
      noFilter,
      { channel: 'orders.*', text: 'a b&c=d#ü+%' },
      { channel: '', text: '<b>' },
    ])
      expect(parseFilter(`#${printFilter(filter)}`)).toEqual(filter);
    expect(printFilter(noFilter)).toBe('');
    expect(parseFilter('#channel=orders&other=1')).toEqual({ channel: 'orders', text: '' });
    expect(isFiltering(noFilter)).toBe(false);
    expect(isFiltering({ channel: '', text: 'x' })).toBe(true);
  });

  it('finds a part of a channel name, or all of it with * and ?', () => {
    expect(passes({ channel: 'Order' }, message('new.orders'))).toBe(true);
    expect(passes({ channel: 'order*' }, message('new.orders'))).toBe(false);
    expect(passes({ channel: '*.order?' }, message('new.orders'))).toBe(true);
    expect(passes({ channel: 'a.c*' }, message('abc'))).toBe(false);
    expect(passes({ channel: 'a*b*c' }, message('a--b--b--c'))).toBe(true);
    expect(passes({ channel: '*' }, message(''))).toBe(true);
  });

  it('is quick with any pattern', () => {
    const hostile = `${'*a'.repeat(60)}b`;
    expect(passes({ channel: hostile }, message('a'.repeat(1000)))).toBe(false);
  });

  it('finds text in payloads and in the errors of dead letters, whatever the case', () => {
    expect(passes({ text: 'ELL' }, message('orders'))).toBe(true);
    expect(passes({ text: 'nope' }, message('orders'))).toBe(false);
    const letter: Row = { kind: 'dead-letter', key: 1, feed: 'f', item: deadLetterItem(1, 'a') };
    expect(passes({ text: 'disk' }, letter)).toBe(true);
  });

  it('never hides a gap', () => {
    const gap: Row = { kind: 'gap', key: 1, item: gapItem(1) };
    expect(passes({ channel: 'nothing', text: 'nothing' }, gap)).toBe(true);
  });
});
