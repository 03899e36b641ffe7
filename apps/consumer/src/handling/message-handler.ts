import type { PayloadDto } from '@relay/contracts';
import type { Message } from './message.js';

/**
 * What becomes of messages. List your own in `consumer.module.ts`.
 *
 * Messages come one at a time, in order: the next waits until the promise of this one settles.
 * An error is logged with its message, and the next one comes.
 */
export interface MessageHandler<T = unknown> {
  /** The shape of the payloads; messages of its channel come, decoded and checked, as `data`. */
  readonly dto?: PayloadDto<T>;
  /** The channels it wants; by default the DTO's, and all without one. */
  readonly channels?: readonly string[];
  handle(message: Message, data: T): void | Promise<void>;
}
