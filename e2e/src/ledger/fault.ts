import type { GapReason } from '@relay/contracts';
import type { ConsumerSeat } from './consumer-seat.js';
import type { Scene } from './scene.js';

/** Where a gap that a fault brings begins: … */
export type GapBeginning =
  /** … when it struck, for until then all is heard; */
  | 'strike'
  /** … until when the publisher knew that it heard everything; */
  | 'publisher'
  /** … until when the consumer knew that. */
  | 'consumer';

/** What the promise allows a fault to cost. */
export interface Allowance {
  /** Why numbers may be missing; none: no number may. */
  readonly gaps: readonly GapReason[];
  readonly gapBegins: GapBeginning;
  /** Whether the next consumer may print again what was printed before. */
  readonly repeats: boolean;
}

export const NOTHING_LOST: Allowance = { gaps: [], gapBegins: 'strike', repeats: false };

/** A fault that has struck. */
export interface Struck {
  /** What shows that it did. */
  readonly proof: string;
  readonly allows: Allowance;
  /** Makes the system whole again. */
  recover(): Promise<void> | void;
}

/** Something that goes wrong in reality. */
export interface Fault {
  readonly name: string;
  /** Whom it strikes. */
  readonly strikes: 'consumer' | 'network' | 'publisher' | 'redis';
  /** Does it, and resolves when it has struck for certain; throws when it did not. */
  strike(scene: Scene, seat: ConsumerSeat): Promise<Struck>;
}

/** @throws Error when `isSo` is false: the fault did not strike. */
export function prove(isSo: boolean, what: string): string {
  if (!isSo) throw new Error(`The fault did not strike: not ${what}.`);
  return what;
}
