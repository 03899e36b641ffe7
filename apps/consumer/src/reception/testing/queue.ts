import { setTimeout as realTimeout } from 'node:timers';

/** How long, in real time, something may take to happen. */
const PATIENCE_MS = 10_000;

/** Puts things in order of arrival, and lets whoever takes them wait. */
export class Queue<T> {
  readonly items: T[] = [];
  #arrived: (() => void) | undefined;

  add(item: T): void {
    this.items.push(item);
    this.#arrived?.();
  }

  async first(): Promise<T> {
    while (this.items.length === 0) {
      await new Promise<void>((resolve, reject) => {
        this.#arrived = resolve;
        realTimeout(() => {
          reject(new Error('nothing happened'));
        }, PATIENCE_MS).unref();
      });
    }
    return this.items[0] as T;
  }

  async take(): Promise<T> {
    await this.first();
    return this.items.shift() as T;
  }
}
