import { GapReason } from '@relay/contracts';
import { Buckets, Tally } from '@relay/runtime';
import type { Item } from './dispatcher.js';
import type { Gap } from './gap.js';
import { Latencies } from './latencies.js';
import type { Message } from './message.js';

/** How many channels are counted apart; a pattern counts as one. */
const MAX_CHANNELS = 100;

const BOUNDS_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800,
];

const REASONS = Object.values(GapReason).filter((reason) => reason !== GapReason.start);

/** What the handlers are done with, in plain numbers: every message passes here. */
export class HandledCounts {
  items = 0;
  /** Messages without a delivery session, from whatever channel: that is the client's word. */
  bareMessages = 0;
  /** Messages that a publisher delivered, by channel, or by pattern where one matched. */
  readonly messages = new Tally([], MAX_CHANNELS);
  readonly gaps = new Tally(REASONS);
  /** Messages that are known to be missing, by the reason of the gap. */
  readonly missing = new Tally(REASONS);
  /** Seconds from the intake, by the publisher's clock, to here, by this one's; below 0 counts as 0. */
  readonly sinceIntake = new Buckets(BOUNDS_SECONDS);
  /** The same, finer. */
  readonly latencies = new Latencies();

  /** Messages from wherever. */
  get allMessages(): number {
    return this.messages.total + this.bareMessages;
  }

  /** The handlers were done at the time `now` with the items from `from` to before `until`. */
  add(items: readonly Item[], from: number, until: number, now: number): void {
    this.items += until - from;
    for (let index = from; index < until; index++) {
      const item = items[index];
      if (item?.kind === 'message') this.#addMessage(item, now);
      else if (item?.kind === 'gap') this.#addGap(item);
    }
  }

  #addMessage(message: Message, now: number): void {
    if (message.publisher === undefined) {
      this.bareMessages += 1;
      return;
    }
    this.messages.add(message.pattern ?? message.channel);
    const ms = Math.max(0, now - message.receivedAtMs);
    this.sinceIntake.observe(ms / 1000);
    this.latencies.observe(ms);
  }

  #addGap({ reason, count }: Gap): void {
    this.gaps.add(reason);
    this.missing.add(reason, count ?? 0);
  }
}
