import type { TrackedOutbox } from '@relay/delivery';
import type { Labels, Metrics } from '@relay/runtime';
import { PUBLISHER_STATES, stateOf } from '../health/publisher-state.js';
import type { Reception } from '../reception/reception.js';

/** How many publishers are shown by name. Beyond that those connected come first, then those heard of last. */
const MAX_PUBLISHERS = 100;

type Publisher = TrackedOutbox<unknown>;

/** What is measured of the publishers. */
export function measurePublishers(metrics: Metrics, reception: Reception): void {
  metrics.gauge({
    name: 'relay_publishers',
    help: 'Publishers that are connected, left with a goodbye, or were lost without.',
    labels: ['state'],
    read: () => {
      const states = Array.from(reception.publishers, stateOf);
      return PUBLISHER_STATES.map((state) => [
        { state },
        states.filter((other) => other === state).length,
      ]);
    },
  });
  const gauge = (
    name: `relay_publisher_${string}`,
    help: string,
    value: (publisher: Publisher) => number,
  ): void => {
    const read = (): [Labels, number][] =>
      shown(reception.publishers).map((publisher) => [
        { publisher: publisher.position.publisher },
        value(publisher),
      ]);
    metrics.gauge({ name, help, labels: ['publisher'], read });
  };
  gauge('relay_publisher_connected', 'Whether the publisher is connected.', ({ connection }) =>
    Number(connection !== undefined),
  );
  gauge(
    'relay_publisher_subscribed',
    'Whether the publisher is subscribed, as it last said.',
    ({ status }) => Number(status?.subscribed ?? false),
  );
  gauge(
    'relay_publisher_waiting_entries',
    'Entries that wait in its outbox for this consumer, as it last said.',
    ({ status }) => status?.waiting ?? 0,
  );
  gauge(
    'relay_publisher_pending_entries',
    'Entries received from it and not handled yet.',
    ({ position }) => position.pendingEntries,
  );
}

function shown(publishers: Iterable<Publisher>): readonly Publisher[] {
  return [...publishers]
    .sort(
      (a, b) =>
        Number(b.connection !== undefined) - Number(a.connection !== undefined) ||
        b.since - a.since,
    )
    .slice(0, MAX_PUBLISHERS);
}
