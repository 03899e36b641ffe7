import { HealthSource, type Lifecycle, type Readiness } from '@relay/runtime';
import type { Delivery } from '../delivery/delivery.js';
import type { RedisIntake } from '../intake/redis-intake.js';
import { PublisherReadiness } from './readiness.js';

interface Health extends Readiness {
  readonly state: Lifecycle['state'];
  readonly since: Date;
  readonly redis: { state: string; since: Date; reconnects: number };
  readonly outbox: { entries: number; bytes: number; dropped: number };
  readonly consumers: readonly {
    url: string;
    name: string | null;
    state: string;
    since: Date;
    waiting: number;
    reconnects: number;
  }[];
}

/** What is up at the publisher, and since when. */
export class PublisherHealth extends HealthSource {
  readonly #readiness: PublisherReadiness;

  constructor(
    private readonly lifecycle: Lifecycle,
    private readonly intake: RedisIntake,
    private readonly delivery: Delivery,
    outboxPercent: number,
  ) {
    super();
    this.#readiness = new PublisherReadiness({ lifecycle, intake, delivery }, outboxPercent);
  }

  readiness(): Readiness {
    return this.#readiness.read();
  }

  read(): Health {
    const { lifecycle, intake } = this;
    const { outbox, connections } = this.delivery;
    return {
      state: lifecycle.state,
      since: lifecycle.since,
      ...this.readiness(),
      redis: { state: intake.state, since: intake.since, reconnects: intake.reconnects },
      outbox: { entries: outbox.size, bytes: outbox.bytes, dropped: outbox.dropped },
      consumers: connections.map(({ shownUrl, consumer, state, since, waiting, reconnects }) => ({
        url: shownUrl,
        name: consumer ?? null,
        state,
        since,
        waiting,
        reconnects,
      })),
    };
  }
}
