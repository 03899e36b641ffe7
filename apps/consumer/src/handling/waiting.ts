import { LIMITS } from '../limits.js';
import type { Item } from './dispatcher.js';

/** What an item takes besides its payload and its names, about. */
const ITEM_BYTES = 256;

interface Amount {
  items: number;
  bytes: number;
}

/** How much waits for the handlers, and how much of it is bare. */
export class Waiting {
  readonly #all: Amount = { items: 0, bytes: 0 };
  readonly #bare: Amount = { items: 0, bytes: 0 };
  #onRoom: (() => void)[] = [];

  get items(): number {
    return this.#all.items;
  }

  /** What these take, about. */
  get bytes(): number {
    return this.#all.bytes;
  }

  /** Whether whoever brings bare messages should wait for `room`. */
  get isFull(): boolean {
    const { items, bytes } = this.#bare;
    return items > LIMITS.bareWaitingItems || bytes > LIMITS.bareWaitingBytes;
  }

  /** Settles when it is not full. */
  async room(): Promise<void> {
    if (!this.isFull) return;
    await new Promise<void>((resolve) => this.#onRoom.push(resolve));
  }

  /** These wait from now on. */
  enter(items: readonly Item[], isBare: boolean): void {
    this.#count(items.length, bytesOf(items, 0, items.length), isBare);
  }

  /** Those from `from` to before `until` wait no more. */
  leave(items: readonly Item[], from: number, until: number, isBare: boolean): void {
    this.#count(from - until, -bytesOf(items, from, until), isBare);
    if (this.#onRoom.length === 0 || this.isFull) return;
    for (const tell of this.#onRoom.splice(0)) tell();
  }

  #count(items: number, bytes: number, isBare: boolean): void {
    this.#all.items += items;
    this.#all.bytes += bytes;
    if (!isBare) return;
    this.#bare.items += items;
    this.#bare.bytes += bytes;
  }
}

function bytesOf(items: readonly Item[], from: number, until: number): number {
  let bytes = (until - from) * ITEM_BYTES;
  for (let index = from; index < until; index++) {
    const item = items[index];
    if (item?.kind !== 'message') continue;
    bytes += item.payload.length + item.channel.length + (item.pattern?.length ?? 0);
  }
  return bytes;
}
