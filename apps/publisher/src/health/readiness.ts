import type { Lifecycle, Readiness, ReadinessPart } from '@relay/runtime';
import { Watched } from '@relay/runtime';
import type { ConsumerConnection } from '../delivery/consumer-connection.js';
import type { Delivery } from '../delivery/delivery.js';
import type { RedisIntake } from '../intake/redis-intake.js';

/** What readiness is judged by. */
export interface ReadinessParts {
  readonly lifecycle: Pick<Lifecycle, 'state' | 'since'>;
  readonly intake: Pick<RedisIntake, 'state' | 'since' | 'answeredAt' | 'answersWithinMs'>;
  readonly delivery: {
    readonly outbox: Pick<Delivery['outbox'], 'size' | 'bytes'>;
    readonly bounds: Delivery['bounds'];
    readonly connections: readonly Pick<ConsumerConnection, 'state' | 'since'>[];
  };
}

/**
 * Whether the publisher can do its work: it hears everything, and has somewhere to put it. A consumer that
 * is away for a while is what the outbox is for.
 */
export class PublisherReadiness {
  readonly #outbox = new Watched();

  /** @param outboxPercent how full the outbox may be while no consumer is there */
  constructor(
    private readonly parts: ReadinessParts,
    private readonly outboxPercent: number,
  ) {}

  read(): Readiness {
    const process = this.#process();
    const subscription = this.#subscription();
    const consumers = this.#consumers();
    const outbox = this.#outboxPart();
    const ready = process.ok && subscription.ok && (consumers.ok || outbox.ok);
    return { ready, parts: { process, subscription, consumers, outbox } };
  }

  #process(): ReadinessPart {
    const { state, since } = this.parts.lifecycle;
    return { ok: state === 'listening', since, state };
  }

  /** Acknowledged on the connection that is up, and proven by an answer of late. */
  #subscription(): ReadinessPart {
    const { state, since, answeredAt = -Infinity, answersWithinMs } = this.parts.intake;
    const overdueAt = answeredAt + answersWithinMs;
    if (state === 'subscribed' && overdueAt < performance.now()) {
      return { ok: false, since: new Date(performance.timeOrigin + overdueAt), state: 'silent' };
    }
    return { ok: state === 'subscribed', since, state };
  }

  /** Since when one is there: since the one came that is there for longest, or the last went. */
  #consumers(): ReadinessPart {
    const { connections } = this.parts.delivery;
    const connected = connections.filter(({ state }) => state === 'connected');
    const ok = connected.length > 0;
    const times = (ok ? connected : connections).map(({ since }) => since.getTime());
    const since = new Date(ok ? Math.min(...times) : Math.max(...times));
    return { ok, since, connected: connected.length, of: connections.length };
  }

  #outboxPart(): ReadinessPart {
    const { outbox, bounds } = this.parts.delivery;
    const share = Math.max(outbox.size / bounds.maxMessages, outbox.bytes / bounds.maxBytes);
    const percent = Math.round(share * 1000) / 10;
    const ok = share * 100 < this.outboxPercent;
    return { ok, since: this.#outbox.since(ok), percent, under: this.outboxPercent };
  }
}
