import { count } from './numbers.js';

/** What a handler did: `refused it after 3 attempts`; it is not called for a payload of another shape. */
export function refusalWords(attempts: number): string {
  return attempts === 0 ? 'cannot take it' : `refused it after ${count(attempts, 'attempt')}`;
}
