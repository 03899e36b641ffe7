import type { HealthSource, Metrics } from '@relay/runtime';
import type { Delivery } from '../delivery/delivery.js';
import type { RedisIntake } from '../intake/redis-intake.js';
import { measureConsumers } from './consumer-metrics.js';

/** What is measured; `docs/operations.md` says the same. */
export function measurePublisher(
  metrics: Metrics,
  health: HealthSource,
  intake: RedisIntake,
  delivery: Delivery,
): void {
  metrics.gauge({
    name: 'relay_ready',
    help: 'Whether it can do its work now, as /health/ready says.',
    read: () => Number(health.readiness().ready),
  });
  measureIntake(metrics, intake, delivery);
  measureOutbox(metrics, delivery);
  measureConsumers(metrics, delivery);
}

function measureIntake(metrics: Metrics, intake: RedisIntake, { received, gaps }: Delivery): void {
  metrics.gauge({
    name: 'relay_subscribed',
    help: 'Whether every SUBSCRIBE is acknowledged on the connection to Redis that is up.',
    read: () => Number(intake.state === 'subscribed'),
  });
  metrics.gauge({
    name: 'relay_redis_answer_age_seconds',
    help: 'How long ago Redis last answered a SUBSCRIBE or a PING; since the start, if it never did.',
    read: () => (performance.now() - (intake.answeredAt ?? 0)) / 1000,
  });
  metrics.counter({
    name: 'relay_redis_reconnects_total',
    help: 'Connections to Redis that stood and broke.',
    read: () => intake.reconnects,
  });
  metrics.counter({
    name: 'relay_received_messages_total',
    help: 'Messages taken in from Redis, by the channel or pattern that is subscribed.',
    labels: ['channel'],
    read: () => Array.from(received, ([channel, count]) => [{ channel }, count]),
  });
  metrics.counter({
    name: 'relay_recorded_gaps_total',
    help: 'Gaps in the subscription, put into the outbox for every consumer.',
    labels: ['reason'],
    read: () => Array.from(gaps, ([reason, count]) => [{ reason }, count]),
  });
}

function measureOutbox(metrics: Metrics, { outbox, bounds, connections }: Delivery): void {
  metrics.gauge({
    name: 'relay_outbox_entries',
    help: 'Entries in the outbox: messages and gaps that not every consumer has handled.',
    read: () => outbox.size,
  });
  metrics.gauge({
    name: 'relay_outbox_bytes',
    help: 'Bytes of the messages in the outbox.',
    read: () => outbox.bytes,
  });
  metrics.gauge({
    name: 'relay_outbox_max_entries',
    help: 'OUTBOX_MAX_MESSAGES.',
    read: () => bounds.maxMessages,
  });
  metrics.gauge({
    name: 'relay_outbox_max_bytes',
    help: 'OUTBOX_MAX_BYTES.',
    read: () => bounds.maxBytes,
  });
  metrics.counter({
    name: 'relay_dropped_messages_total',
    help: 'Messages that a consumer does not get: overflow of the outbox, or too large for the consumer.',
    labels: ['reason'],
    read: () => [
      [{ reason: 'overflow' }, outbox.dropped],
      [
        { reason: 'too-large' },
        connections.reduce((sum, { sender }) => sum + sender.counts.tooLargeMessages, 0),
      ],
    ],
  });
}
