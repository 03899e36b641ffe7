import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Lifecycle } from '@relay/runtime';
import { DeadLetters } from '../handling/dead-letters.js';
import { Recording, recordLog } from '../handling/testing/recording.js';
import { type ConsumerUnderTest, startConsumer } from '../reception/testing/consumer-under-test.js';
import { PublisherClient } from '../reception/testing/publisher-client.js';
import { ConsumerHealth } from './consumer-health.js';

let consumer: ConsumerUnderTest;
let lifecycle: Lifecycle;
let health: ConsumerHealth;

beforeEach(async () => {
  recordLog();
  consumer = await startConsumer();
  lifecycle = new Lifecycle();
  const deadLetters = new DeadLetters(undefined, new Recording());
  health = new ConsumerHealth(lifecycle, consumer.reception, consumer.dispatcher, deadLetters);
});

afterEach(() => consumer.close());

describe('the consumer is ready', () => {
  it('while it listens', () => {
    lifecycle.enter('listening');
    expect(health.readiness()).toEqual({
      ready: true,
      parts: { process: { ok: true, since: lifecycle.since, state: 'listening' } },
    });
  });

  it('and not before, nor when it shuts down', () => {
    expect(health.readiness().ready).toBe(false);
    lifecycle.enter('listening');
    lifecycle.enter('stopping');
    expect(health.readiness().ready).toBe(false);
  });
});

it('shows each publisher with what became of it', async () => {
  const { client } = await PublisherClient.greet(consumer.port, { publisher: 'p' });
  expect(health.read().publishers).toMatchObject([{ name: 'p', state: 'connected' }]);
  client.goodbye(0);
  await client.close(1001);
  await PublisherClient.open(consumer.port); // the end before it is heard by now
  expect(health.read().publishers).toMatchObject([{ name: 'p', state: 'left' }]);
});
