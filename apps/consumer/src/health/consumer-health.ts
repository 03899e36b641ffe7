import { HealthSource, type Lifecycle, type Readiness } from '@relay/runtime';
import type { DeadLetters } from '../handling/dead-letters.js';
import type { Dispatcher } from '../handling/dispatcher.js';
import type { Reception } from '../reception/reception.js';
import { type PublisherState, stateOf } from './publisher-state.js';

interface Health extends Readiness {
  readonly state: Lifecycle['state'];
  readonly since: Date;
  readonly handled: number;
  readonly gaps: number;
  readonly waiting: number;
  readonly deadLetters: number;
  readonly duplicates: number;
  readonly publishers: readonly { name: string; state: PublisherState; since: Date }[];
}

/** What is up at the consumer, and since when, and what it knows of the publishers. */
export class ConsumerHealth extends HealthSource {
  constructor(
    private readonly lifecycle: Lifecycle,
    private readonly reception: Reception,
    private readonly dispatcher: Dispatcher,
    private readonly deadLetters: DeadLetters,
  ) {
    super();
  }

  /** It listens and is not about to end. That a handler is slow, the window tells the publisher. */
  readiness(): Readiness {
    const { state, since } = this.lifecycle;
    const ok = state === 'listening';
    return { ready: ok, parts: { process: { ok, since, state } } };
  }

  read(): Health {
    const { state, since } = this.lifecycle;
    return {
      state,
      since,
      ...this.readiness(),
      handled: this.dispatcher.counts.allMessages,
      gaps: this.dispatcher.gaps,
      waiting: this.dispatcher.waiting,
      deadLetters: this.deadLetters.count,
      duplicates: this.reception.duplicates,
      publishers: Array.from(this.reception.publishers, (publisher) => ({
        name: publisher.position.publisher,
        state: stateOf(publisher),
        since: new Date(performance.timeOrigin + publisher.since),
      })),
    };
  }
}
