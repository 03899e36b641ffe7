import type { MessageHandler } from '@nestjs/microservices';
import type { NewMessage } from '@relay/delivery';
import { completed } from '@relay/runtime';
import { LIMITS, type LimitsReached } from '../limits.js';
import { IntakeContext } from './intake-context.js';
import type { Portion } from './portion.js';

/** What a message takes beside its payload, about. */
const MESSAGE_BYTES = 200;

/**
 * The way to one handler, which gets one portion after the other: the next when it has said that the last is taken,
 * or is done. What comes meanwhile waits as a copy, and is handed over together.
 */
export class HandlerLane {
  #isBusy = false;
  #waiting: Portion[] = [];
  #waitingMessages: NewMessage[] = [];
  #waitingBytes = 0;

  constructor(
    private readonly handler: MessageHandler,
    private readonly reached: LimitsReached,
  ) {}

  /** @returns a promise if the handler needs the payloads beyond this call: fulfilled when it does not any more */
  give(portion: Portion): Promise<void> | undefined {
    if (this.#isBusy) {
      this.#keep(portion);
      return undefined;
    }
    const inUse = this.#call([portion], portion.messages);
    if (inUse) void this.#goOn(inUse);
    return inUse;
  }

  #keep(portion: Portion): void {
    const bytes = portion.messages.reduce((sum, { payload }) => sum + payload.length, 0);
    const weight = bytes + portion.messages.length * MESSAGE_BYTES;
    try {
      if (this.#waitingBytes + weight > LIMITS.handlerWaitingBytes) {
        this.reached.add('handler-waiting');
        throw new Error('a handler does not keep up: too much waits for it');
      }
      const copies = portion.messages.map(copyOf);
      for (const copy of copies) this.#waitingMessages.push(copy);
      this.#waiting.push(portion);
      this.#waitingBytes += weight;
    } catch (error) {
      portion.left(error);
    }
  }

  async #goOn(running: Promise<void>): Promise<void> {
    this.#isBusy = true;
    await running;
    while (this.#waiting.length > 0) {
      const portions = this.#waiting;
      const messages = this.#waitingMessages;
      this.#waiting = [];
      this.#waitingMessages = [];
      this.#waitingBytes = 0;
      await this.#call(portions, messages);
    }
    this.#isBusy = false;
  }

  /** @returns undefined where they are taken at once, else a promise that is fulfilled when they are, or it is done */
  #call(portions: readonly Portion[], messages: readonly NewMessage[]): Promise<void> | undefined {
    const context = new IntakeContext([messages[0]?.channel ?? '']);
    const done = this.#run(portions, messages, context);
    if (!context.isTaken) return Promise.race([done, takenLater(portions, context)]);
    for (const portion of portions) portion.taken();
    return undefined;
  }

  async #run(
    portions: readonly Portion[],
    messages: readonly NewMessage[],
    context: IntakeContext,
  ): Promise<void> {
    let failure: unknown;
    try {
      const rest = completed(await this.handler(messages, context));
      if (rest) await rest;
    } catch (error) {
      failure = error;
    }
    if (context.isTaken && failure === undefined) return;
    for (const portion of portions) portion.left(failure);
  }
}

async function takenLater(portions: readonly Portion[], context: IntakeContext): Promise<void> {
  await context.untilTaken();
  for (const portion of portions) portion.taken();
}

function copyOf(message: NewMessage): NewMessage {
  return { ...message, payload: new Uint8Array(message.payload) };
}
