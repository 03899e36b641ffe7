import type { HealthSource, Metrics, Tally } from '@relay/runtime';
import type { DeadLetters } from '../handling/dead-letters.js';
import type { Dispatcher } from '../handling/dispatcher.js';
import type { Reception } from '../reception/reception.js';
import { measurePublishers } from './publisher-metrics.js';

/** What is measured; `docs/operations.md` says the same. */
export function measureConsumer(
  metrics: Metrics,
  health: HealthSource,
  reception: Reception,
  dispatcher: Dispatcher,
  deadLetters: DeadLetters,
): void {
  metrics.gauge({
    name: 'relay_ready',
    help: 'Whether it can do its work now, as /health/ready says.',
    read: () => Number(health.readiness().ready),
  });
  metrics.counter({
    name: 'relay_received_entries_total',
    help: 'Entries taken in from publishers, those left out that came again.',
    read: () => reception.received,
  });
  metrics.counter({
    name: 'relay_duplicate_entries_total',
    help: 'Entries that came again and were left out.',
    read: () => reception.duplicates,
  });
  measureHandling(metrics, dispatcher, deadLetters);
  measurePublishers(metrics, reception);
}

function measureHandling(metrics: Metrics, dispatcher: Dispatcher, deadLetters: DeadLetters): void {
  const { counts } = dispatcher;
  const counter = (
    name: `relay_${string}_total`,
    help: string,
    label: string,
    tally: Tally,
  ): void => {
    const read = (): [Record<string, string>, number][] =>
      Array.from(tally, ([value, count]) => [{ [label]: value }, count]);
    metrics.counter({ name, help, labels: [label], read });
  };

  counter(
    'relay_handled_messages_total',
    'Messages that the handlers are done with, dead letters included, by channel or pattern.',
    'channel',
    counts.messages,
  );
  metrics.counter({
    name: 'relay_bare_messages_total',
    help: 'Messages without a delivery session that the handlers are done with.',
    read: () => counts.bareMessages,
  });
  counter(
    'relay_dead_letters_total',
    'Messages that a handler refused for good.',
    'handler',
    deadLetters.byHandler,
  );
  counter('relay_gaps_total', 'Gaps that the handlers were told of.', 'reason', counts.gaps);
  counter(
    'relay_missing_messages_total',
    'Messages that are known to be missing: the counts of the gaps that have one.',
    'reason',
    counts.missing,
  );
  metrics.gauge({
    name: 'relay_waiting_items',
    help: 'Messages and gaps that wait for the handlers.',
    read: () => dispatcher.waiting,
  });
  metrics.histogram({
    name: 'relay_intake_to_handled_seconds',
    help: "From the intake, by the publisher's clock, until handled, by the consumer's.",
    read: () => counts.sinceIntake,
  });
}
