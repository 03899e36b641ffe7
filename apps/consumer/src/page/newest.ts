/** The newest of what is pushed, so many at the most; those before are forgotten. */
export class Newest<T> implements Iterable<T> {
  readonly #slots: T[] = [];
  /** Where the next one goes when every slot is in use: the place of the oldest. */
  #oldest = 0;

  constructor(private readonly max: number) {}

  push(item: T): void {
    if (this.#slots.length < this.max) {
      this.#slots.push(item);
      return;
    }
    this.#slots[this.#oldest] = item;
    this.#oldest = this.#oldest + 1 === this.max ? 0 : this.#oldest + 1;
  }

  /** The oldest first. */
  *[Symbol.iterator](): Iterator<T> {
    const { length } = this.#slots;
    for (let index = 0; index < length; index++) {
      yield this.#slots[(this.#oldest + index) % length] as T;
    }
  }
}
