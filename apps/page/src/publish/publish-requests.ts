import { MAX_PUBLISHED_CHARACTERS, type Publish } from '@relay/contracts';
import { signal } from '@preact/signals';
import { count, number } from '../words/numbers.js';

/** What became of the last message that was published from here. */
export type Publishing =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending'; readonly request: number }
  | { readonly kind: 'sent'; readonly words: string; readonly isHeard: boolean }
  | { readonly kind: 'failed'; readonly problem: string };

type Answer = { request: number } & ({ receivers: number } | { problem: string });

/** Publishes from the page, one after the other. */
export class PublishRequests {
  readonly state = signal<Publishing>({ kind: 'idle' });
  #request = 0;

  constructor(private readonly send: (publish: Publish) => boolean) {}

  publish(channel: string, text: string): void {
    if (text.length > MAX_PUBLISHED_CHARACTERS) {
      const problem = `Not sent: ${count(text.length, 'character')}; ${number(MAX_PUBLISHED_CHARACTERS)} is the most.`;
      this.state.value = { kind: 'failed', problem };
      return;
    }
    const request = ++this.#request;
    this.state.value = { kind: 'sending', request };
    if (!this.send({ request, channel, text }))
      this.state.value = { kind: 'failed', problem: 'Not sent: the page is disconnected.' };
  }

  answered(answer: Answer): void {
    const { value } = this.state;
    if (value.kind !== 'sending' || value.request !== answer.request) return;
    this.state.value =
      'problem' in answer ? { kind: 'failed', problem: answer.problem } : sent(answer.receivers);
  }

  disconnected(): void {
    if (this.state.value.kind !== 'sending') return;
    const problem = 'The connection was lost: it may have been published, or not.';
    this.state.value = { kind: 'failed', problem };
  }
}

function sent(receivers: number): Publishing {
  if (receivers === 0) {
    const words = 'Published, but nobody listens to this channel.';
    return { kind: 'sent', words, isHeard: false };
  }
  return {
    kind: 'sent',
    words: `Published: Redis gave it to ${count(receivers, 'subscriber')}.`,
    isHeard: true,
  };
}
