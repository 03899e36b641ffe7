/** What is counted under a name of its own no more. */
export const OTHER = 'other';

interface Count {
  value: number;
}

/**
 * Counts by name. So that labels stay few, only so many names are kept: all others count together as
 * `other`. Cheap enough for every message.
 */
export class Tally {
  total = 0;
  readonly #counts = new Map<string, Count>();
  readonly #other: Count = { value: 0 };
  readonly #maxNames: number;
  #lastName: string | undefined;
  #last: Count = this.#other;

  /**
   * @param names known from the start, with 0
   * @param maxNames how many names are kept at the most; by default only those known
   */
  constructor(names: readonly string[] = [], maxNames = names.length) {
    for (const name of names) this.#counts.set(name, { value: 0 });
    this.#maxNames = maxNames;
  }

  add(name: string, by = 1): void {
    this.total += by;
    if (name !== this.#lastName) {
      this.#lastName = name;
      this.#last = this.#counts.get(name) ?? this.#admit(name);
    }
    this.#last.value += by;
  }

  /** Every name with its count, `other` at the end: whoever watches counts wants to see their 0 first. */
  *[Symbol.iterator](): IterableIterator<[string, number]> {
    for (const [name, { value }] of this.#counts) yield [name, value];
    yield [OTHER, this.#other.value];
  }

  #admit(name: string): Count {
    if (this.#counts.size >= this.#maxNames || name === OTHER) return this.#other;
    const count = { value: 0 };
    this.#counts.set(name, count);
    return count;
  }
}
