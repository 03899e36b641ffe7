import { count } from './numbers.js';

/** ` after 3 attempts`; nothing when the payload did not have the shape that the handler asks for. */
export function afterAttempts(attempts: number): string {
  return attempts === 0 ? '' : ` after ${count(attempts, 'attempt')}`;
}
