/** A rule of the promise, by the name under which its breach is reported. */
export type Rule =
  | 'lost without a gap'
  | 'twice or out of order'
  | 'wrong gap'
  | 'gap too wide'
  | 'wrong count'
  | 'start instead of a gap'
  | 'gap without a loss'
  | 'window exceeded'
  | 'memory exceeded'
  | 'protocol violated'
  | 'goodbye too soon'
  | 'acknowledgement missing'
  | 'does not come to rest';

/** The promise was broken. */
export class Violation extends Error {
  override readonly name = 'Violation';

  constructor(
    readonly rule: Rule,
    detail: string,
  ) {
    super(`${rule}: ${detail}`);
  }
}
