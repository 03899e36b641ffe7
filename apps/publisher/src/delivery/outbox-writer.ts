import { GapReason } from '@relay/contracts';
import type { MemoryOutbox, NewGap, NewMessage } from '@relay/delivery';
import { EventLog, Tally, Tenfold } from '@relay/runtime';

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
  readonly #misses = new Tenfold();
  #missed = 0;
  /** Gaps that are still to be put into the outbox, the oldest first. */
  readonly #owed: NewGap[] = [];

  /** @param channels the channels and patterns that messages are counted by */
  constructor(
    private readonly outbox: MemoryOutbox,
    channels: readonly string[] | undefined,
  ) {
    this.received = new Tally(channels);
  }

  /** @param heardUntil what was published until then is in the outbox; null: nothing was heard before */
  write(messages: readonly NewMessage[], heardUntil: number | null): void {
    for (const message of messages) {
      try {
        if (this.#owed.length > 0) this.#recordOwed();
        this.outbox.append(message);
      } catch (error) {
        this.#miss(heardUntil, message.receivedAt, error);
        continue;
      }
      this.received.add(message.pattern ?? message.channel);
    }
    if (this.#owed.length > 0) this.settle();
  }

  /** A gap stands for these. */
  miss(messages: readonly NewMessage[], heardUntil: number | null, error: unknown): void {
    for (const { receivedAt } of messages) this.#miss(heardUntil, receivedAt, error);
    this.settle();
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
      this.#log.error('not-taken-in', 'a gap could not be recorded yet', { error });
    }
    return this.#owed.length === 0;
  }

  /** A message was missed that was published between these two times. */
  #miss(from: number | null, to: number, error: unknown): void {
    this.#missed += 1;
    if (this.#misses.isDue(this.#missed)) {
      const sentence = `messages could not be taken in, ${this.#missed} so far: a gap stands for them`;
      this.#log.error('not-taken-in', sentence, { messages: this.#missed, error });
    }
    const last = this.#owed.at(-1);
    if (last?.reason === GapReason.notTakenIn) {
      this.#owed.pop();
      const latest = Math.max(last.to ?? to, to);
      this.#owed.push({ ...last, to: latest, count: (last.count ?? 0) + 1 });
      return;
    }
    // a clock that was set back since leaves nothing known
    const earliest = from !== null && from > to ? null : from;
    this.#owed.push({ kind: 'gap', reason: GapReason.notTakenIn, from: earliest, to, count: 1 });
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
