import type { Labels, Metrics } from '@relay/runtime';
import type { ConsumerConnection } from '../delivery/consumer-connection.js';
import type { Delivery } from '../delivery/delivery.js';
import { consumerLabels } from './consumer-labels.js';

/** What is measured of each consumer, by where it is. */
export function measureConsumers(metrics: Metrics, { connections, outbox }: Delivery): void {
  const labels = consumerLabels(connections.map(({ shownUrl }) => shownUrl));
  const perConsumer =
    <T>(value: (connection: ConsumerConnection) => T): (() => [Labels, T][]) =>
    () =>
      connections.map((connection, index) => [
        { consumer: labels[index] ?? '' },
        value(connection),
      ]);
  const gauge = (
    name: `relay_${string}`,
    help: string,
    value: (connection: ConsumerConnection) => number,
  ): void => {
    metrics.gauge({ name, help, labels: ['consumer'], read: perConsumer(value) });
  };
  const counter = (
    name: `relay_${string}_total`,
    help: string,
    value: (connection: ConsumerConnection) => number,
  ): void => {
    metrics.counter({ name, help, labels: ['consumer'], read: perConsumer(value) });
  };

  gauge('relay_consumer_connected', 'Whether the consumer is connected.', ({ state }) =>
    Number(state === 'connected'),
  );
  counter(
    'relay_reconnects_total',
    'Connections to the consumer that stood and broke.',
    ({ reconnects }) => reconnects,
  );
  counter(
    'relay_sent_entries_total',
    'Entries sent, each time that they were.',
    ({ sender }) => sender.counts.sentEntries,
  );
  counter(
    'relay_resent_entries_total',
    'Entries among them that had been sent before.',
    ({ sender }) => sender.counts.resentEntries,
  );
  counter(
    'relay_acknowledged_entries_total',
    'Entries that the consumer has handled.',
    ({ sender }) => sender.acknowledgedEntries,
  );
  gauge(
    'relay_waiting_entries',
    'Entries in the outbox that the consumer has not acknowledged.',
    ({ waiting }) => waiting,
  );
  gauge(
    'relay_oldest_unacknowledged_age_seconds',
    'How long ago the oldest entry was taken in that the consumer has not acknowledged; 0 if there is none.',
    ({ sender }) => {
      const { lastAt } = outbox.read(sender.acknowledged, { entries: 1, bytes: 1 });
      return lastAt === null ? 0 : Math.max(0, Date.now() - lastAt) / 1000;
    },
  );
  gauge(
    'relay_window_in_use_entries',
    'Entries sent and not acknowledged.',
    ({ sender }) => sender.inFlight.entries,
  );
  gauge('relay_window_in_use_bytes', 'Bytes of these.', ({ sender }) => sender.inFlight.bytes);
  gauge(
    'relay_window_granted_entries',
    'Entries that may be unacknowledged at once; 0 while the consumer is not connected.',
    ({ sender }) => sender.window?.entries ?? 0,
  );
  gauge(
    'relay_window_granted_bytes',
    'Bytes that may be unacknowledged at once; 0 while the consumer is not connected.',
    ({ sender }) => sender.window?.bytes ?? 0,
  );
  metrics.histogram({
    name: 'relay_ack_round_trip_seconds',
    help: 'From the sending of a frame until it is acknowledged, handling included; one frame at a time is timed.',
    labels: ['consumer'],
    read: perConsumer(({ acks }) => acks.roundTrips),
  });
}
