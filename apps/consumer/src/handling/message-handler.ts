import type { PayloadDto } from '@relay/contracts';
import type { Gap, Start } from './gap.js';
import type { Message } from './message.js';

/**
 * What becomes of messages. List your own in `consumer.module.ts`.
 *
 * Messages and gaps come one at a time, in order: the next waits until the promise of this one settles,
 * and the publisher keeps what is not handled yet. A handler that wants more at once may return early, and
 * answers for what it has taken: it counts as handled then.
 *
 * One that throws is tried again (`HANDLER_ATTEMPTS`), one that hangs is given up (`HANDLER_TIMEOUT_MS`);
 * then the message is a dead letter and the next one comes.
 */
export interface MessageHandler<T = unknown> {
  /** The shape of the payloads; messages of its channel come, decoded and checked, as `data`. */
  readonly dto?: PayloadDto<T>;
  /** The channels it wants; by default the DTO's, and all without one. */
  readonly channels?: readonly string[];
  handle(message: Message, data: T): void | Promise<void>;
  /**
   * For handlers of all channels that are faster with several messages at once: some of those that come next
   * (16 KiB at the most).
   *
   * @returns how many of them are handled, from the first; the rest come to `handle`, as all do if it throws
   */
  handleAhead?(messages: readonly Message[]): number | Promise<number>;
  /** Messages may be missing here. */
  handleGap?(gap: Gap): void | Promise<void>;
  /** A publisher begins that was not heard of before: nothing is missing. */
  handleStart?(start: Start): void | Promise<void>;
  /** This handler refused the message for good; it is written down already. */
  handleDeadLetter?(message: Message, error: Error): void | Promise<void>;
}
