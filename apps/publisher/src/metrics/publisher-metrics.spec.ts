import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { GapReason } from '@relay/contracts';
import type { NewMessage } from '@relay/delivery';
import { HealthSource, Metrics, Tokens } from '@relay/runtime';
import { ConsumerAccess } from '../delivery/consumer-access.js';
import { Delivery } from '../delivery/delivery.js';
import {
  type ScriptedConnection,
  ScriptedConsumer,
} from '../delivery/testing/scripted-consumer.js';
import { RedisIntake } from '../intake/redis-intake.js';
import { measurePublisher } from './publisher-metrics.js';

let consumer: ScriptedConsumer;
let delivery: Delivery;
let intake: RedisIntake;
let metrics: Metrics;
let isReady: boolean;

beforeEach(async () => {
  Logger.overrideLogger(false);
  consumer = await ScriptedConsumer.start();
  isReady = true;
  delivery = new Delivery({
    name: 'publisher',
    consumerUrls: [consumer.url],
    channels: ['news', 'n*'],
    bounds: { maxMessages: 5, maxBytes: 1000 },
    access: new ConsumerAccess(new Tokens({}), {}),
  });
  intake = new RedisIntake({ url: 'redis://localhost:1', channels: ['news', 'n*'] }, delivery);
  metrics = new Metrics();
  const health = { readiness: () => ({ ready: isReady, parts: {} }) } as HealthSource;
  measurePublisher(metrics, health, intake, delivery);
});

afterEach(async () => {
  jest.useRealTimers();
  await delivery.drain(AbortSignal.abort());
  await intake.close();
  await consumer.stop();
});

/** The value of a metric, with its labels as they are served. */
async function value(series: string): Promise<number> {
  const lines = (await metrics.text()).split('\n');
  const line = lines.find((candidate) => candidate.startsWith(`${series} `));
  if (line === undefined) throw new Error(`no ${series} among\n${lines.join('\n')}`);
  return Number(line.slice(series.length + 1));
}

function ofConsumer(name: string): Promise<number> {
  return value(`${name}{consumer="${consumer.url}"}`);
}

function messages(count: number, changes: Partial<NewMessage> = {}): NewMessage[] {
  return Array.from({ length: count }, () => ({
    kind: 'message' as const,
    channel: 'news',
    payload: Buffer.from('four'),
    receivedAt: Date.now(),
    ...changes,
  }));
}

async function connected(): Promise<ScriptedConnection> {
  delivery.start();
  const connection = await consumer.connection(1);
  await connection.welcome();
  await connection.next('status');
  return connection;
}

it('says whether it is ready', async () => {
  expect(await value('relay_ready')).toBe(1);
  isReady = false;
  expect(await value('relay_ready')).toBe(0);
});

it('knows of no subscription before there is one', async () => {
  expect(await value('relay_subscribed')).toBe(0);
  expect(await value('relay_redis_reconnects_total')).toBe(0);
});

describe('the intake', () => {
  it('counts by the channel or pattern that is subscribed', async () => {
    delivery.take(messages(2));
    delivery.take(messages(1, { channel: 'nothing', pattern: 'n*' }));
    expect(await value('relay_received_messages_total{channel="news"}')).toBe(2);
    expect(await value('relay_received_messages_total{channel="n*"}')).toBe(1);
    expect(await value('relay_received_messages_total{channel="other"}')).toBe(0);
  });

  it('counts gaps by their reason, and the beginning is none', async () => {
    delivery.subscribed(1000);
    delivery.proven(1000);
    delivery.broken(GapReason.redisSilent);
    delivery.subscribed(2000);
    expect(await value('relay_recorded_gaps_total{reason="redis-silent"}')).toBe(1);
    expect(delivery.gaps.total).toBe(1);
  });
});

describe('the outbox', () => {
  it('shows what it holds against its bounds, and what it dropped', async () => {
    delivery.subscribed(1000);
    delivery.take(messages(6));
    expect(await value('relay_outbox_entries')).toBe(6); // five messages and the beginning
    expect(await value('relay_outbox_bytes')).toBe(5 * 8);
    expect(await value('relay_outbox_max_entries')).toBe(5);
    expect(await value('relay_outbox_max_bytes')).toBe(1000);
    expect(await value('relay_dropped_messages_total{reason="overflow"}')).toBe(1);
    expect(await value('relay_dropped_messages_total{reason="too-large"}')).toBe(0);
  });
});

describe('a consumer', () => {
  it('is shown before it was ever there', async () => {
    expect(await ofConsumer('relay_consumer_connected')).toBe(0);
    expect(await ofConsumer('relay_window_granted_entries')).toBe(0);
    expect(await ofConsumer('relay_oldest_unacknowledged_age_seconds')).toBe(0);
  });

  it('is shown with what is on its way to it', async () => {
    const connection = await connected();
    delivery.take(messages(3));
    await connection.entries(3);
    expect(await ofConsumer('relay_consumer_connected')).toBe(1);
    expect(await ofConsumer('relay_sent_entries_total')).toBe(4); // and a gap, which stands first
    expect(await ofConsumer('relay_acknowledged_entries_total')).toBe(0);
    expect(await ofConsumer('relay_waiting_entries')).toBe(4);
    expect(await ofConsumer('relay_window_in_use_entries')).toBe(4);
    expect(await ofConsumer('relay_window_in_use_bytes')).toBe(3 * 8);
    expect(await ofConsumer('relay_window_granted_entries')).toBe(1000);
    expect(await ofConsumer('relay_window_granted_bytes')).toBe(1024 * 1024);
  });

  it('is shown with what it acknowledged, and how long that took', async () => {
    const connection = await connected();
    delivery.take(messages(3));
    await connection.entries(4);
    connection.ack('0-4');
    await connection.next('status'); // goes out as the acknowledgement is taken
    expect(await ofConsumer('relay_acknowledged_entries_total')).toBe(4);
    expect(await ofConsumer('relay_ack_round_trip_seconds_count')).toBe(1);
  });

  it('is shown with the age of what it has not acknowledged', async () => {
    jest.useFakeTimers({ now: 100_000, doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    delivery.subscribed(40_000);
    delivery.take(messages(1, { receivedAt: 70_000 }));
    expect(await ofConsumer('relay_oldest_unacknowledged_age_seconds')).toBe(60);
  });

  it('is shown with what was sent again after its connection broke', async () => {
    const connection = await connected();
    delivery.take(messages(2));
    await connection.entries(3);
    connection.socket.terminate();
    const again = await consumer.connection(2);
    await again.welcome();
    await again.entries(3);
    expect(await ofConsumer('relay_reconnects_total')).toBe(1);
    expect(await ofConsumer('relay_sent_entries_total')).toBe(6);
    expect(await ofConsumer('relay_resent_entries_total')).toBe(3);
  });
});
