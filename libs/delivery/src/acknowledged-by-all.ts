import { compareOffsets, type Offset } from '@relay/contracts';
import type { Sender } from './sender.js';

/** The offset up to which every one of `senders` has an acknowledgement. */
export function acknowledgedByAll(senders: readonly Sender[]): Offset {
  return senders
    .map((sender) => sender.acknowledged)
    .reduce((least, offset) => (compareOffsets(offset, least) < 0 ? offset : least));
}
