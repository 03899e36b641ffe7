import { GapReason } from '@relay/contracts';
import type { MemoryOutbox, NewGap, NewMessage } from '@relay/delivery';
import { EventLog, Tally } from '@relay/runtime';

/** The reasons of the gaps that come about on this side of the outbox; the others come about behind it. */
const RECORDED = [
  GapReason.redisConnectionLost,
  GapReason.redisSilent,
  GapReason.redisRestarted,
  GapReason.redisRefused,
  GapReason.notTakenIn,
];

/**
 * The way into the outbox, on which nothing is lost in silence: a gap stands for what could not be taken in, for
 * want of memory or by a mistake of ours, and one that finds no place itself goes before whatever comes next.
 */
export class OutboxWriter {
  /** Messages taken in, by the channel or pattern of the subscription. */
  readonly received: Tally;
  /** Gaps put into the outbox, by their reason. */
  readonly gaps = new Tally(RECORDED);
  readonly #log = new EventLog('delivery');
  /** Gaps that are still to be put into the outbox, the oldest first. */
  #owed: NewGap[] = [];

  /** @param channels the channels and patterns that messages are counted by */
  constructor(
    private readonly outbox: MemoryOutbox,
    channels: readonly string[] | undefined,
  ) {
    this.received = new Tally(channels);
  }

  write(messages: readonly NewMessage[]): void {
    for (const message of messages) {
      try {
        if (this.#owed.length > 0) this.#recordOwed();
        this.outbox.append(message);
      } catch (error) {
        this.#miss(message, error);
        continue;
      }
      this.received.add(message.pattern ?? message.channel);
    }
  }

  writeGap(gap: NewGap): void {
    this.#owed.push(gap);
    this.settle();
  }

  /** @returns whether the outbox has everything that was taken, or a gap in its place */
  settle(): boolean {
    try {
      this.#recordOwed();
    } catch (error) {
      this.#log.error('internal-error', 'a gap could not be recorded yet', { error });
    }
    return this.#owed.length === 0;
  }

  #miss({ receivedAt }: NewMessage, error: unknown): void {
    const last = this.#owed.at(-1);
    const reason = GapReason.notTakenIn;
    if (last?.reason === reason) {
      const merged = { ...last, to: receivedAt, count: (last.count ?? 0) + 1 };
      this.#owed = [...this.#owed.slice(0, -1), merged];
      return;
    }
    this.#owed.push({ kind: 'gap', reason, from: receivedAt, to: receivedAt, count: 1 });
    const sentence =
      'a message could not be taken in; a gap stands for it, and for those that follow it';
    this.#log.error('internal-error', sentence, { error });
  }

  #recordOwed(): void {
    for (let [gap] = this.#owed; gap; [gap] = this.#owed) {
      this.outbox.append(gap);
      this.#owed.shift();
      this.#tell(gap);
    }
  }

  /** Counted and logged: none is silent. What is missing before the first subscription is only a beginning. */
  #tell({ reason, from, to }: NewGap): void {
    if (reason === GapReason.start) return;
    this.gaps.add(reason);
    const times = { from: timeOf(from), to: timeOf(to) };
    const sentence = `gap: messages may be missing from ${times.from} to ${times.to}: ${reason}`;
    this.#log.warn('gap-recorded', sentence, { reason, ...times });
  }
}

function timeOf(time: number | null): string {
  return time === null ? 'unknown' : new Date(time).toISOString();
}
