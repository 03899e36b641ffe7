import { expect, it } from '@jest/globals';
import { type State, Tally } from './tally.js';

function complaintsOf(...states: State[]): string[] {
  const tally = new Tally();
  for (const state of states) tally.count('a strategy', '0', state, new Uint8Array());
  return tally.complaints;
}

it('is content when half of the inputs get past the handshake', () => {
  expect(complaintsOf('tcp', 'upgrade', 'opened', 'greeted', 'delivering', 'closing')).toEqual([]);
});

it('complains when fewer do, or there are none', () => {
  const complaint = expect.stringContaining('only 1 of 3 inputs');
  expect(complaintsOf('tcp', 'opened', 'greeted')).toEqual([complaint]);
  expect(complaintsOf()).toHaveLength(1);
});
