import { compareOffsets, type Offset } from '@relay/contracts';
import { Buckets } from '@relay/runtime';

const BOUNDS_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

/**
 * How long acknowledgements take, from the sending of a frame until all of it is acknowledged. One frame
 * at a time is timed, the next when that one is acknowledged: it costs nothing for the others.
 */
export class AckTiming {
  /** Seconds. */
  readonly roundTrips = new Buckets(BOUNDS_SECONDS);
  #timed: { readonly last: Offset; readonly sentAt: number } | undefined;

  /** @param clock milliseconds that go on evenly */
  constructor(private readonly clock = (): number => performance.now()) {}

  /** A frame was sent that ends at `last`. */
  sent(last: Offset): void {
    this.#timed ??= { last, sentAt: this.clock() };
  }

  acknowledged(cursor: Offset): void {
    if (this.#timed === undefined || compareOffsets(cursor, this.#timed.last) < 0) return;
    this.roundTrips.observe((this.clock() - this.#timed.sentAt) / 1000);
    this.#timed = undefined;
  }

  /** The connection is gone, and with it the acknowledgement that was waited for. */
  disconnected(): void {
    this.#timed = undefined;
  }
}
