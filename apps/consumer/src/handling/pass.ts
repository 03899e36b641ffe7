import type { Batch, Item } from './dispatcher.js';
import type { HandledCounts } from './handled-counts.js';
import type { RunClock } from './run-clock.js';
import type { Waiting } from './waiting.js';

/** Where it is counted how far the handlers are. */
export interface Account {
  readonly waiting: Waiting;
  readonly counts: HandledCounts;
  readonly clock: RunClock;
}

/** The way of the handlers through a batch. What they are done with at once is counted and told in runs. */
export class Pass {
  /** Items before this index are done. */
  #done = 0;
  /** … and told to be. */
  #told = 0;
  /** … and do not wait. */
  #left = 0;
  /** How many are done in a run. */
  #runItems = 1;
  readonly #isBare: boolean;
  #isKeptForGood: boolean | undefined;

  constructor(
    private readonly batch: Batch,
    private readonly account: Account,
  ) {
    this.#isBare = batch.onHandled === undefined;
  }

  get items(): readonly Item[] {
    return this.batch.items;
  }

  /** Whether what is not done comes again. */
  get isKept(): boolean {
    return this.#isKeptForGood ?? this.batch.isKept?.() ?? !this.#isBare;
  }

  /** From now on it is as it is now: whoever leaves something cannot take what lies behind it. */
  settle(): void {
    this.#isKeptForGood = this.isKept;
  }

  /** Messages that are not done. */
  get messages(): number {
    return this.items.slice(this.#done).filter(({ kind }) => kind === 'message').length;
  }

  /** The handlers are at it. */
  begin(): void {
    this.account.clock.begin();
    this.#runItems = this.account.clock.maxItems;
  }

  /** The handlers are done with the next item. */
  done(): void {
    this.#done += 1;
    if (this.#done - this.#told >= this.#runItems) this.#endRun();
  }

  /** The handlers take their time for the next item. */
  pause(): void {
    this.#endRun();
    this.#leave(this.#done + 1);
  }

  /** They go on; what was waited for is told as soon as it is done. */
  resume(): void {
    this.account.clock.begin();
    this.#runItems = 1;
  }

  /** They are done with the batch; what they were not handed is left to come again. */
  end(): void {
    this.#endRun();
    this.#leave(this.batch.items.length);
  }

  #endRun(): void {
    const count = this.#done - this.#told;
    if (count === 0) return;
    const { clock, counts } = this.account;
    const { items, onHandled } = this.batch;
    clock.next();
    this.#runItems = clock.maxItems;
    this.#leave(this.#done);
    counts.add(items, this.#told, this.#done, clock.now);
    this.#told = this.#done;
    onHandled?.(count);
  }

  #leave(until: number): void {
    if (until <= this.#left) return;
    this.account.waiting.leave(this.batch.items, this.#left, until, this.#isBare);
    this.#left = until;
  }
}
