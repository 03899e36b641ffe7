import { LIMITS } from '../limits.js';
import { Newest } from './newest.js';

interface Sample<T> {
  readonly newest: Newest<T>;
  /** The place of the newest. */
  last: number;
  /** Whether a publisher brought any of it. */
  isDelivered: boolean;
}

/**
 * The newest of each channel, so that a quiet one is not flushed out by one that is loud. Of too many channels
 * the one is forgotten that was silent for longest.
 */
export class ChannelSamples<T> {
  readonly #samples = new Map<string, Sample<T>>();

  /** The channels from which publishers brought something lately. */
  get delivered(): string[] {
    return [...this.#samples].flatMap(([name, { isDelivered }]) => (isDelivered ? [name] : []));
  }

  add(channel: string, place: number, isDelivered: boolean, item: T): void {
    const sample = this.#sampleOf(channel);
    sample.last = place;
    sample.isDelivered ||= isDelivered;
    sample.newest.push(item);
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (const { newest } of this.#samples.values()) yield* newest;
  }

  #sampleOf(channel: string): Sample<T> {
    const known = this.#samples.get(channel);
    if (known) return known;
    if (this.#samples.size >= LIMITS.pageChannels) this.#forgetQuietest();
    const sample = {
      newest: new Newest<T>(LIMITS.pageItemsOfChannel),
      last: 0,
      isDelivered: false,
    };
    this.#samples.set(channel, sample);
    return sample;
  }

  #forgetQuietest(): void {
    let quietest: string | undefined;
    let last = Infinity;
    for (const [channel, sample] of this.#samples) {
      if (sample.last >= last) continue;
      quietest = channel;
      ({ last } = sample);
    }
    if (quietest !== undefined) this.#samples.delete(quietest);
  }
}
