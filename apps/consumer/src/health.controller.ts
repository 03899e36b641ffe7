import { Controller, Get } from '@nestjs/common';
import { DeadLetters } from './handling/dead-letters.js';
import { Dispatcher } from './handling/dispatcher.js';
import { Reception } from './reception/reception.js';

interface Health {
  state: 'listening';
  since: Date;
  handled: number;
  gaps: number;
  waiting: number;
  deadLetters: number;
  duplicates: number;
  publishers: PublisherHealth[];
}

interface PublisherHealth {
  name: string;
  /** `left` with a goodbye, `lost` without. */
  state: 'connected' | 'left' | 'lost';
  since: Date;
}

/** Says that the consumer is up, and since when, and what it knows of the publishers. */
@Controller('health')
export class HealthController {
  readonly #since = new Date();

  constructor(
    private readonly reception: Reception,
    private readonly dispatcher: Dispatcher,
    private readonly deadLetters: DeadLetters,
  ) {}

  @Get()
  read(): Health {
    return {
      state: 'listening',
      since: this.#since,
      handled: this.dispatcher.handled,
      gaps: this.dispatcher.gaps,
      waiting: this.dispatcher.waiting,
      deadLetters: this.deadLetters.count,
      duplicates: this.reception.duplicates,
      publishers: Array.from(
        this.reception.publishers,
        ({ position, connection, hasLeft, since }) => ({
          name: position.publisher,
          state: connection ? 'connected' : hasLeft ? 'left' : 'lost',
          since: new Date(performance.timeOrigin + since),
        }),
      ),
    };
  }
}
