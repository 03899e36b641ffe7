import type { NewMessage } from '@relay/delivery';
import type { HandlerLane } from './handler-lane.js';

/** Where it is told what becomes of portions. */
export interface PortionAccount {
  /** Nobody has taken these in. */
  missed(messages: readonly NewMessage[], error: unknown): void;
  /** A handler failed with it, and another has it. */
  failed(error: unknown): void;
}

/** What one reading brought for the handlers of a channel, and follows each other. */
export class Portion {
  readonly messages: NewMessage[] = [];
  #isSettled = false;
  #isMissed = false;
  #settling: Promise<void> | undefined;
  #onSettled: (() => void) | undefined;
  /** Handlers that are not done with it. */
  #open: number;

  constructor(
    readonly lanes: readonly HandlerLane[],
    private readonly account: PortionAccount,
  ) {
    this.#open = lanes.length;
  }

  /** Whether it is taken in, or told as missing. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Whether it is told as missing. */
  get isMissed(): boolean {
    return this.#isMissed;
  }

  /** Fulfilled when it is settled. */
  untilSettled(): Promise<void> {
    this.#settling ??= new Promise((resolve) => {
      if (this.#isSettled) resolve();
      else this.#onSettled = resolve;
    });
    return this.#settling;
  }

  /** It is taken in. */
  taken(): void {
    this.#isSettled = true;
    this.#onSettled?.();
  }

  /** A handler is done with it; maybe it failed. */
  left(error?: unknown): void {
    this.#open -= 1;
    if (this.#isSettled || this.#open > 0) {
      if (error !== undefined) this.account.failed(error);
    } else this.missed(error ?? new Error('no handler has said that it has taken them'));
  }

  /** Nobody will take it in any more. */
  missed(error: unknown): void {
    if (this.#isSettled) return;
    this.#isMissed = true;
    this.account.missed(this.messages, error);
    this.taken();
  }
}
