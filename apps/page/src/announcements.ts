import type { DeadLetterItem, FeedItem } from '@relay/contracts';
import { signal } from '@preact/signals';
import type { Connection } from './connection/connection.js';
import { gapWords } from './words/gap-words.js';
import { count } from './words/numbers.js';
import { refusalWords } from './words/refusal-words.js';

/** Messages are summed up for so long: nobody wants each of them read out. */
const SUMMARY_MS = 15_000;

/** What a screen reader says, politely. */
export class Announcements {
  readonly text = signal('');
  #messages = 0;
  #lastSummary = 0;

  say(text: string): void {
    this.text.value = text;
  }

  connection(before: Connection, now: Connection): void {
    if (before.kind === now.kind) return;
    if (now.kind === 'live') this.say('Connected');
    else if (before.kind === 'live') this.say('Disconnected');
  }

  /** Gaps and dead letters at once, messages now and then by their number. */
  items(items: readonly FeedItem[], now: number): void {
    this.#messages += items.filter(({ kind }) => kind === 'message').length;
    const alarm = items.findLast(({ kind }) => kind === 'gap' || kind === 'dead-letter');
    if (alarm?.kind === 'gap') this.say(gapWords(alarm, now));
    else if (alarm?.kind === 'dead-letter') this.say(deadLetterWords(alarm));
    else if (this.#messages > 0 && now - this.#lastSummary >= SUMMARY_MS) {
      this.say(count(this.#messages, 'new message'));
      this.#messages = 0;
      this.#lastSummary = now;
    }
  }
}

function deadLetterWords({ channel, handler, attempts, error }: DeadLetterItem): string {
  return `Dead letter on ${channel}: ${handler} ${refusalWords(attempts)}: ${error}`;
}
