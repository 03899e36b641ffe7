import { GapReason, type GapItem } from '@relay/contracts';
import { count } from './numbers.js';
import { span } from './times.js';

const reasons: Readonly<Record<GapReason, string>> = {
  [GapReason.start]: 'the publisher had not begun to listen',
  [GapReason.publisherRestarted]: 'the publisher restarted',
  [GapReason.publisherLost]: 'the publisher ended without a goodbye',
  [GapReason.redisConnectionLost]: 'the connection to Redis broke',
  [GapReason.redisSilent]: 'Redis did not answer in time',
  [GapReason.redisRestarted]: 'Redis restarted',
  [GapReason.redisRefused]: 'Redis refused the subscription',
  [GapReason.notTakenIn]: 'the publisher could not take them in',
  [GapReason.overflow]: 'the outbox was full, and the oldest went',
  [GapReason.tooLarge]: 'larger than the consumer takes',
  [GapReason.positionLost]: 'the outbox does not know where the consumer was',
};

/** Why messages may be missing; a reason that a newer publisher brought is given as it is. */
export function reasonWords(reason: string): string {
  return Object.hasOwn(reasons, reason) ? reasons[reason as GapReason] : reason;
}

/** A gap in a sentence: `12 messages missing, 14:03:07–14:03:09: Redis restarted`. */
export function gapWords(gap: GapItem, now: number): string {
  return `${missingWords(gap.count)}, ${span(gap.from, gap.to, now)}: ${reasonWords(gap.reason)}`;
}

/** How many are missing. */
export function missingWords(missing: number | null): string {
  if (missing === null) return 'Messages may be missing';
  return `${count(missing, 'message')} missing`;
}
