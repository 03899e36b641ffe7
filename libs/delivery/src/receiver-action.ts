import type { CloseCode, ConsumerFrame, Hello, Welcome } from '@relay/contracts';
import type { HandedEntry } from './outbox-position.js';
import type { TrackedOutbox } from './outbox-register.js';

export interface ReceiverOptions {
  /** `CONSUMER_NAME`. */
  readonly name: string;
  /** What each outbox may have unacknowledged. */
  readonly window: Welcome['window'];
  readonly maxEntryBytes: number;
  /** How many outboxes it remembers; beyond that the one goes that was away for longest. */
  readonly maxOutboxes: number;
}

/** Hand these to the handlers, in order, and call `handled` after each. */
export interface Hand<C> {
  readonly kind: 'hand';
  readonly from: TrackedOutbox<C>;
  readonly entries: readonly HandedEntry[];
  /** Whether a publisher brought them; else the receiver has found out itself what is missing. */
  readonly isDelivered: boolean;
}

/**
 * What a receiver wants done, in order.
 *
 * @typeParam C whatever stands for a connection
 */
export type ReceiverAction<C> =
  | { readonly kind: 'send'; readonly connection: C; readonly frame: ConsumerFrame }
  | {
      readonly kind: 'close';
      readonly connection: C;
      readonly code: CloseCode;
      readonly reason: string;
      /** Who may not come in. */
      readonly refused?: Hello;
    }
  /** A publisher came in, and its connection is `publishers`'s from now on. */
  | { readonly kind: 'entered'; readonly publisher: string; readonly isBack: boolean }
  | Hand<C>;
