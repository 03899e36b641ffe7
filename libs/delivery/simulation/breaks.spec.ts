import { describe, expect, it } from '@jest/globals';
import { BREAKS } from './breaks.js';
import { checkHistories, TESTED } from './check.js';
import { Violation } from './violation.js';

describe('the simulation notices one that', () => {
  it.each(BREAKS)('$name', ({ parts, noticedBy }) => {
    const { failure } = checkHistories({ ...TESTED, parts, shrink: false });
    expect(failure?.error).toBeInstanceOf(Violation);
    expect(noticedBy).toContain((failure?.error as Violation).rule);
  });

  it('prints the smallest history that shows it', () => {
    const parts = BREAKS.find(({ name }) => name === 'says nothing of a break')?.parts;
    if (parts === undefined) throw new Error('no such break');
    const { failure } = checkHistories({ ...TESTED, parts });
    expect(failure?.text).toMatch(
      /^seed 3: lost without a gap: .+\nsetup: .+(\n {2}do:\S.+){2,4}$/,
    );
  });
});
