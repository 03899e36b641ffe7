import type { Origin } from './message.js';

/** Says that messages may be missing in this place. */
export interface Gap {
  readonly kind: 'gap';
  readonly origin: Origin;
  /** One of `GapReason`; a newer publisher may know others. */
  readonly reason: string;
  /** What is missing was published, or waited to be delivered, at this time or later; null: unknown. */
  readonly from: Date | null;
  /** … and at this time or earlier. */
  readonly to: Date | null;
  /** How many messages are missing; null: nobody can know. */
  readonly count: number | null;
}

/** A publisher that was not heard of before begins. */
export interface Start {
  readonly kind: 'start';
  readonly origin: Origin;
  /** Since when it is subscribed; null: unknown. */
  readonly at: Date | null;
}
