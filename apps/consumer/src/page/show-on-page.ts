import type { DeadLetters } from '../handling/dead-letters.js';
import type { Gap, Start } from '../handling/gap.js';
import type { Message } from '../handling/message.js';
import type { MessageHandler } from '../handling/message-handler.js';
import type { RunClock } from '../handling/run-clock.js';
import type { Feed } from './feed.js';

/** Gives to the live page what comes, and the dead letters of every handler. It refuses and delays nothing. */
export class ShowOnPage implements MessageHandler {
  /** What it gave last. */
  #last: Message | undefined;

  constructor(
    private readonly feed: Feed,
    deadLetters: DeadLetters,
    private readonly clock: RunClock,
  ) {
    deadLetters.onLetter((message, refusal) => {
      this.handle(message); // before its letter, though a handler that comes first refused it
      feed.add({ kind: 'dead-letter', message, refusal }, Date.now());
    });
  }

  handle(message: Message): void {
    if (message === this.#last) return;
    this.#last = message;
    this.feed.add(message, this.clock.now);
  }

  handleGap(gap: Gap): void {
    this.feed.add(gap, Date.now());
  }

  handleStart(start: Start): void {
    this.feed.add(start, Date.now());
  }
}
