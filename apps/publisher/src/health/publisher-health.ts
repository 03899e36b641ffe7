import { HealthSource, type Lifecycle, type Readiness } from '@relay/runtime';
import type { Delivery } from '../delivery/delivery.js';
import type { RedisIntake } from '../intake/redis-intake.js';
import { PublisherReadiness } from './readiness.js';

interface Health extends Readiness {
  readonly state: Lifecycle['state'];
  readonly since: Date;
  readonly redis: { state: string; since: Date; problem: string | null; reconnects: number };
  readonly outbox: { entries: number; bytes: number; dropped: number };
  readonly consumers: readonly {
    url: string;
    name: string | null;
    state: string;
    since: Date;
    problem: string | null;
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
      redis: {
        state: intake.state,
        since: intake.since,
        problem: intake.problem ?? null,
        reconnects: intake.reconnects,
      },
      outbox: { entries: outbox.size, bytes: outbox.bytes, dropped: outbox.dropped },
      consumers: connections.map((each) => ({
        url: each.shownUrl,
        name: each.consumer ?? null,
        state: each.state,
        since: each.since,
        problem: each.problem ?? null,
        waiting: each.waiting,
        reconnects: each.reconnects,
      })),
    };
  }
}
