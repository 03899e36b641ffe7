import { addressGroup } from './address-group.js';
import type { Lack } from './connection-counts.js';
import { TokenBucket } from './token-bucket.js';

/** So many a second, and so many at once after a rest. */
export interface Rate {
  readonly perSecond: number;
  readonly atOnce: number;
}

/** How often something may happen, in all and from each address. */
export class AddressRates {
  readonly #all: TokenBucket;
  /** The address that was heard of last is the last. */
  readonly #byGroup = new Map<string, TokenBucket>();

  /** @param maxAddresses of more than so many the one is forgotten that was silent for longest */
  constructor(
    all: Rate,
    private readonly perAddress: Rate,
    private readonly maxAddresses: number,
  ) {
    this.#all = new TokenBucket(all.perSecond, all.atOnce);
  }

  /** It happens once more, from `address`; what is used up by that, if anything. */
  take(address: string, now: number): Lack | undefined {
    if (!this.#bucketOf(addressGroup(address)).tryTake(now)) return 'per-address';
    return this.#all.tryTake(now) ? undefined : 'in-all';
  }

  #bucketOf(group: string): TokenBucket {
    const { perSecond, atOnce } = this.perAddress;
    const bucket = this.#byGroup.get(group) ?? new TokenBucket(perSecond, atOnce);
    this.#byGroup.delete(group);
    this.#byGroup.set(group, bucket);
    if (this.#byGroup.size > this.maxAddresses) {
      const [oldest = group] = this.#byGroup.keys();
      this.#byGroup.delete(oldest);
    }
    return bucket;
  }
}
