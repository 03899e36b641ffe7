import { setTimeout } from 'node:timers/promises';
import { type Account, settled, violations } from '../ends/arrivals.js';
import type { EndReports } from '../ends/end-reports.js';
import type { Arriving } from '../load/arriving.js';

/** The ends of a pipeline together: something has arrived when it has at each of them. */
export class Ends implements Arriving {
  onProgress: () => void = () => undefined;

  constructor(readonly each: readonly EndReports[]) {
    for (const end of each) end.onReport = () => this.onProgress();
  }

  get highest(): number {
    return Math.min(...this.each.map(({ account }) => account.highest));
  }

  get atUs(): number {
    return Math.max(...this.each.map(({ atUs }) => atUs));
  }

  get probes(): number {
    return Math.min(...this.each.map(({ probes }) => probes));
  }

  takeLatencies(): number[] {
    return this.each.flatMap((end) => end.takeLatencies());
  }

  /** The account of each end, when `sent` messages were sent. */
  accounts(sent: number): Account[] {
    return this.each.map(({ account }) => settled(account, sent));
  }

  violations(sent: number): string[] {
    return this.accounts(sent).flatMap(violations);
  }

  /** Settles when nothing has arrived for `ms`. */
  async quietFor(ms: number): Promise<void> {
    for (let seen = -1; seen !== this.#handled();) {
      seen = this.#handled();
      await setTimeout(ms);
    }
  }

  close(): void {
    for (const end of this.each) end.close();
  }

  #handled(): number {
    return this.each.reduce((sum, { account }) => sum + account.handled, 0);
  }
}
