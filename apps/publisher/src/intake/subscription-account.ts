import type { NewMessage } from '@relay/delivery';

/** Keeps account of what a subscription can have missed. Times are milliseconds since 1970. */
export interface SubscriptionAccount {
  /** Every SUBSCRIBE was acknowledged, the last of them `at`. */
  subscribed(at: number): void;
  /** What was published until `at` is taken in. */
  proven(at: number): void;
  /** The subscription ended; only the first reason counts. */
  broken(reason: string): void;
  /** A reason that says better why there is no subscription. */
  explained(reason: string): void;
  /** These came, and were not taken in, since a handler failed. */
  notTaken(messages: readonly NewMessage[], error: unknown): void;
}
