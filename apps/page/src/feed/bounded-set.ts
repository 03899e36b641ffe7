/** A set that forgets the oldest beyond its bound. */
export class BoundedSet<T> {
  readonly #values = new Set<T>();

  constructor(private readonly max: number) {}

  has(value: T): boolean {
    return this.#values.has(value);
  }

  /** Whether it was new. */
  add(value: T): boolean {
    if (this.#values.has(value)) return false;
    this.#values.add(value);
    if (this.#values.size > this.max) for (const oldest of this.#values) return this.drop(oldest);
    return true;
  }

  get size(): number {
    return this.#values.size;
  }

  values(): T[] {
    return [...this.#values];
  }

  private drop(oldest: T): true {
    this.#values.delete(oldest);
    return true;
  }
}
