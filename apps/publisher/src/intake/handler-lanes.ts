import type { MessageHandler } from '@nestjs/microservices';
import type { LimitsReached } from '../limits.js';
import { HandlerLane } from './handler-lane.js';

/** The `@EventPattern` of handlers that take whatever is subscribed. */
export const EVERY_CHANNEL = '*';

/** The ways to the handlers of each channel: first those of every channel, then its own. */
export class HandlerLanes {
  readonly #ofEvery: HandlerLane[] = [];
  /** By the channel, or the pattern of the subscription. */
  readonly #own = new Map<string, HandlerLane[]>();
  /** By the channel and the pattern that have handlers of their own. */
  readonly #joined = new Map<string, readonly HandlerLane[]>();

  constructor(private readonly reached: LimitsReached) {}

  /** The channels and patterns that have handlers of their own. */
  get names(): string[] {
    return [...this.#own.keys()];
  }

  add(name: string, handler: MessageHandler): void {
    const lane = new HandlerLane(handler, this.reached);
    const own = this.#own.get(name);
    if (name === EVERY_CHANNEL) this.#ofEvery.push(lane);
    else if (own) own.push(lane);
    else this.#own.set(name, [lane]);
  }

  /** The same array for the same handlers. */
  of(channel: string, pattern: string | undefined): readonly HandlerLane[] {
    if (this.#own.size === 0) return this.#ofEvery;
    const ofChannel = this.#own.get(channel);
    const ofPattern = pattern === undefined ? undefined : this.#own.get(pattern);
    if (!ofChannel && !ofPattern) return this.#ofEvery;
    const key = JSON.stringify([ofChannel && channel, ofPattern && pattern]);
    const joined = this.#joined.get(key);
    if (joined) return joined;
    const all = [...this.#ofEvery, ...(ofChannel ?? []), ...(ofPattern ?? [])];
    this.#joined.set(key, all);
    return all;
  }
}
