import { setImmediate as nextTurn } from 'node:timers/promises';
import type { NewMessage } from '@relay/delivery';
import { EventLog } from '@relay/runtime';
import type { HandlerLanes } from './handler-lanes.js';
import { Portion, type PortionAccount } from './portion.js';

/** What one reading of Redis brings goes to its handlers at once, in order. */
export class HandlerBatches {
  readonly #log = new EventLog('intake');
  /** What one reading has brought so far, and when. */
  #portions: Portion[] = [];
  #readAt = 0;
  /** Readings that wait for the next turn; those behind them do, too. */
  #deferred = 0;
  /** What was handed on, and is neither taken in nor told as missing. */
  readonly #open = new Set<Portion>();
  readonly #account: PortionAccount;

  /**
   * @param lanesOf the ways to the handlers of a message
   * @param isEarly whether the client may have in the same reading what has to be known before
   * @param missed nobody has taken these in
   */
  constructor(
    private readonly lanesOf: HandlerLanes['of'],
    private readonly isEarly: () => boolean,
    missed: PortionAccount['missed'],
  ) {
    this.#account = {
      missed,
      failed: (error) => {
        this.#log.error('internal-error', 'a handler of messages from Redis failed', { error });
      },
    };
  }

  /** Whether something that was read is yet to be handed on. */
  get areDeferred(): boolean {
    return this.#deferred > 0;
  }

  add(channel: string, pattern: string | undefined, payload: Uint8Array): void {
    const lanes = this.lanesOf(channel, pattern);
    let last = this.#portions.at(-1);
    if (last === undefined) this.#readAt = Date.now();
    if (last?.lanes !== lanes) {
      last = new Portion(lanes, this.#account);
      this.#portions.push(last);
    }
    last.messages.push(newMessage(channel, pattern, payload, this.#readAt));
  }

  /** @returns a promise where handlers need the payloads for longer: fulfilled when they do not any more */
  handOn(): Promise<unknown> | undefined {
    const portions = this.#portions;
    if (portions.length === 0) return undefined;
    this.#portions = [];
    if (this.areDeferred || this.isEarly()) return this.#defer(portions);
    return this.#give(portions);
  }

  /** Everything that was handed on until now is taken in or told as missing; undefined: it is. */
  settled(): Promise<unknown> | undefined {
    if (this.#open.size === 0) return undefined;
    return Promise.all(Array.from(this.#open, (portion) => portion.untilSettled()));
  }

  /** What handlers have not taken in by now is told as missing. */
  giveUp(): void {
    const error = new Error('the publisher ends, and a handler has not taken them in');
    for (const portion of this.#open) portion.missed(error);
  }

  /** What ioredis makes of the same reading comes first: which Redis this is, and that it is subscribed. */
  async #defer(portions: readonly Portion[]): Promise<void> {
    this.#deferred += 1;
    await nextTurn();
    this.#deferred -= 1;
    await this.#give(portions);
  }

  #give(portions: readonly Portion[]): Promise<unknown> | undefined {
    let inUse: Promise<void>[] | undefined;
    for (const portion of portions) {
      const { lanes } = portion;
      if (lanes.length === 0) portion.missed(new Error('there is no handler for their channel'));
      for (const lane of lanes) {
        const using = lane.give(portion);
        if (using) (inUse ??= []).push(using);
      }
      if (!portion.isSettled) void this.#untilSettled(portion);
    }
    return inUse && Promise.all(inUse);
  }

  async #untilSettled(portion: Portion): Promise<void> {
    this.#open.add(portion);
    await portion.untilSettled();
    this.#open.delete(portion);
  }
}

/** Objects of two shapes only, which is what makes them cheap. */
function newMessage(
  channel: string,
  pattern: string | undefined,
  payload: Uint8Array,
  receivedAt: number,
): NewMessage {
  if (pattern === undefined) return { kind: 'message', channel, payload, receivedAt };
  return { kind: 'message', channel, pattern, payload, receivedAt };
}
