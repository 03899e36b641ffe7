import { addressGroup } from './address-group.js';

/** Which room is used up. */
export type Lack = 'in-all' | 'per-address';

/** How many connections stand, in all and from each address, and whether there is room for another. */
export class ConnectionCounts {
  #total = 0;
  readonly #byGroup = new Map<string, number>();

  constructor(
    private readonly max: number,
    private readonly maxPerAddress: number,
  ) {}

  get total(): number {
    return this.#total;
  }

  /** What stands in the way of another connection from `address`, if anything. */
  lackFor(address: string): Lack | undefined {
    if (this.#total >= this.max) return 'in-all';
    const ofAddress = this.#byGroup.get(addressGroup(address)) ?? 0;
    return ofAddress >= this.maxPerAddress ? 'per-address' : undefined;
  }

  /** Counts one more; whoever calls what comes back says that it is over, and may do so twice. */
  add(address: string): () => void {
    const group = addressGroup(address);
    this.#total += 1;
    this.#byGroup.set(group, (this.#byGroup.get(group) ?? 0) + 1);
    let isCounted = true;
    return () => {
      if (!isCounted) return;
      isCounted = false;
      this.#remove(group);
    };
  }

  #remove(group: string): void {
    this.#total -= 1;
    const left = (this.#byGroup.get(group) ?? 0) - 1;
    if (left > 0) this.#byGroup.set(group, left);
    else this.#byGroup.delete(group);
  }
}
