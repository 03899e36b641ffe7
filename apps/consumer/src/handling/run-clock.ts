const MAX_RUN_ITEMS = 64;
const MAX_RUN_MS = 1;

/**
 * The time of what the handlers are done with. Asking for it costs as much as all else that is done for a
 * message, so items that the handlers are done with at once are counted in runs that take about a
 * millisecond, with one look at the clock.
 */
export class RunClock {
  /** When the run began, in milliseconds since 1970. */
  now = 0;
  /** How many items make a run, at the most. */
  maxItems = 1;

  /** A run begins. */
  begin(): void {
    this.now = Date.now();
  }

  /** The run ends, and the next begins. */
  next(): void {
    const began = this.now;
    this.now = Date.now();
    const isSlow = this.now - began > MAX_RUN_MS;
    this.maxItems = isSlow ? 1 : Math.min(this.maxItems * 2, MAX_RUN_ITEMS);
  }
}
