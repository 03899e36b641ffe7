interface Waiter {
  readonly count: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Counts what happens, and tells who waits for so many of it. */
export class Tally {
  #count = 0;
  #closed: Error | undefined;
  readonly #waiters = new Set<Waiter>();

  get count(): number {
    return this.#count;
  }

  add(): void {
    this.#count += 1;
    for (const waiter of this.#waiters) {
      if (this.#count < waiter.count) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  reaches(count: number): Promise<void> {
    if (this.#count >= count) return Promise.resolve();
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      this.#waiters.add({ count, resolve, reject });
    });
  }

  close(reason: Error): void {
    this.#closed = reason;
    for (const { reject } of this.#waiters) reject(reason);
    this.#waiters.clear();
  }
}
