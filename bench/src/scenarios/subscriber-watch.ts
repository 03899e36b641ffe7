import type { RedisServer } from '@relay/testing';
import { Redis } from 'ioredis';
import { nowUs } from '../load/payload.js';

const INTERVAL_MS = 10;

/** Sees when Redis cuts a subscriber, and when one is there again. */
export class SubscriberWatch {
  /** When a subscriber was found gone, by `nowUs`. */
  readonly cutsUs: number[] = [];
  /** When one was found subscribed anew. */
  readonly returnsUs: number[] = [];
  #known: ReadonlySet<string> | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(private readonly client: Redis) {}

  static async start(redis: RedisServer): Promise<SubscriberWatch> {
    const watch = new SubscriberWatch(new Redis(redis.url));
    await watch.#look();
    return watch;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.client.disconnect();
  }

  async #look(): Promise<void> {
    const list = String(await this.client.call('CLIENT', 'LIST', 'TYPE', 'pubsub'));
    const ids = new Set(Array.from(list.matchAll(/^id=(\d+)/gm), ([, id]) => id ?? ''));
    const known = this.#known ?? ids;
    for (const id of known) if (!ids.has(id)) this.cutsUs.push(nowUs());
    for (const id of ids) if (!known.has(id)) this.returnsUs.push(nowUs());
    this.#known = ids;
    this.#timer = setTimeout(() => {
      // It fails when the connection is closed, at the end.
      this.#look().catch(() => undefined);
    }, INTERVAL_MS);
  }
}
