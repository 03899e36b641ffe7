import { describe, expect, it } from '@jest/globals';
import { OpenRows } from './open-rows.js';

describe('OpenRows', () => {
  it('unfolds and folds', () => {
    const rows = new OpenRows();
    rows.toggle(1);
    rows.change(1, { view: 'hex' });
    rows.change(2, { view: 'hex' }); // not unfolded
    expect([...rows.all.value]).toEqual([[1, expect.objectContaining({ view: 'hex' })]]);
    rows.toggle(1);
    expect(rows.all.value.size).toBe(0);
  });

  it('keeps few unfolded, as they may hold large payloads', () => {
    const rows = new OpenRows();
    for (let key = 1; key <= 25; key++) rows.toggle(key);
    expect([...rows.all.value.keys()]).toEqual(Array.from({ length: 20 }, (_, at) => at + 6));
  });
});
