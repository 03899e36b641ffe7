import type { Refusal } from '../handling/dead-letters.js';
import type { Gap, Start } from '../handling/gap.js';
import type { Message } from '../handling/message.js';

/** A message that a handler refused for good. */
export interface DeadLetter {
  readonly kind: 'dead-letter';
  readonly message: Message;
  readonly refusal: Refusal;
}

/** What the page shows. */
export type Happening = Message | Gap | Start | DeadLetter;
