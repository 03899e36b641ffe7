import type { Chain } from '@relay/contracts';
import type { TrackedOutbox } from '@relay/delivery';
import type { Lifecycle } from '@relay/runtime';
import { stateOf } from '../health/publisher-state.js';
import type { Reception } from '../reception/reception.js';

/** How many publishers are shown; those that are connected first. */
const MAX_PUBLISHERS = 20;

/** Who is connected to whom, and since when, now. */
export function chainOf(
  name: string,
  lifecycle: Lifecycle,
  reception: Reception,
  viewers: number,
): Chain {
  const publishers = [...reception.publishers].sort(
    (a, b) => Number(b.connection !== undefined) - Number(a.connection !== undefined),
  );
  const { state, since } = lifecycle;
  return {
    publishers: publishers.slice(0, MAX_PUBLISHERS).map(publisherOf),
    hidden: Math.max(0, publishers.length - MAX_PUBLISHERS),
    consumer: { name, state, since: since.getTime() },
    viewers,
  };
}

function publisherOf(publisher: TrackedOutbox<unknown>): Chain['publishers'][number] {
  const { position, status, since } = publisher;
  return {
    name: position.publisher,
    state: stateOf(publisher),
    since: Math.round(performance.timeOrigin + since),
    redis: status ? { subscribed: status.subscribed, since: status.since } : null,
    waiting: status?.waiting ?? 0,
  };
}
