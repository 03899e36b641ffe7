import type { MessageHandler } from '@nestjs/microservices';
import type { NewMessage } from '@relay/delivery';
import { completed } from '@relay/runtime';
import { LIMITS, type LimitsReached } from '../limits.js';
import { IntakeContext } from './intake-context.js';
import type { Portion } from './portion.js';

/** What a message takes beside its payload, about. */
const MESSAGE_BYTES = 200;

/** What waits for a handler: a copy of what a portion holds. */
interface Waiting {
  readonly portion: Portion;
  readonly messages: readonly NewMessage[];
}

/**
 * The way to one handler, which gets one portion after the other: the next when it is done with the last, or has said
 * that it needs it no more. What comes meanwhile waits as a copy, and is handed over together.
 */
export class HandlerLane {
  #isBusy = false;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;

  constructor(
    private readonly handler: MessageHandler,
    private readonly reached: LimitsReached,
  ) {}

  /**
   * @returns a promise if the handler may read the payloads beyond this call: fulfilled when it does not any more, and
   * never where that cannot be known
   */
  give(portion: Portion): Promise<void> | undefined {
    if (this.#isBusy) {
      this.#keep(portion);
      return undefined;
    }
    const isDone = this.#call([portion], portion.messages);
    if (isDone === undefined) return undefined;
    void this.#goOn(isDone);
    return unlessFailed(isDone);
  }

  #keep(portion: Portion): void {
    const bytes = portion.messages.reduce((sum, { payload }) => sum + payload.length, 0);
    const weight = bytes + portion.messages.length * MESSAGE_BYTES;
    try {
      if (this.#waitingBytes + weight > LIMITS.handlerWaitingBytes) {
        this.reached.add('handler-waiting');
        throw new Error('a handler does not keep up: too much waits for it');
      }
      this.#waiting.push({ portion, messages: portion.messages.map(copyOf) });
      this.#waitingBytes += weight;
    } catch (error) {
      portion.left(error);
    }
  }

  async #goOn(isDone: Promise<boolean>): Promise<void> {
    this.#isBusy = true;
    await isDone;
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting.filter(({ portion }) => !portion.isMissed);
      this.#waiting = [];
      this.#waitingBytes = 0;
      await this.#call(
        waiting.map(({ portion }) => portion),
        waiting.flatMap(({ messages }) => messages),
      );
    }
    this.#isBusy = false;
  }

  /** @returns undefined where they are needed no more, else whether the handler ended well: they are not then */
  #call(
    portions: readonly Portion[],
    messages: readonly NewMessage[],
  ): Promise<boolean> | undefined {
    const [first] = messages;
    if (first === undefined) return undefined;
    const context = new IntakeContext(first.channel, portions);
    const isDone = this.#run(portions, messages, context);
    if (context.isReleased) return undefined;
    return Promise.race([isDone, context.untilReleased().then(() => true)]);
  }

  async #run(
    portions: readonly Portion[],
    messages: readonly NewMessage[],
    context: IntakeContext,
  ): Promise<boolean> {
    let failure: unknown;
    try {
      const rest = completed(await this.handler(messages, context));
      if (rest) await rest;
    } catch (error) {
      failure = error ?? new Error('it failed with nothing');
    }
    for (const portion of portions) portion.left(failure);
    return failure === undefined;
  }
}

/** What failed, such as by a timeout, may still run. */
async function unlessFailed(isDone: Promise<boolean>): Promise<void> {
  if (!(await isDone)) await new Promise(() => undefined);
}

function copyOf(message: NewMessage): NewMessage {
  return { ...message, payload: new Uint8Array(message.payload) };
}
