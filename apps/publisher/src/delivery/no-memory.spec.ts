import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { NewMessage } from '@relay/delivery';
import { RecordedLog } from '@relay/testing';
import { Delivery } from './delivery.js';
import { outOfMemory } from './testing/out-of-memory.js';
import { ScriptedConsumer } from './testing/scripted-consumer.js';
import { told } from './testing/told.js';

let log: RecordedLog;
let consumer: ScriptedConsumer;
let delivery: Delivery;

beforeEach(async () => {
  log = new RecordedLog();
  Logger.overrideLogger(log);
  consumer = await ScriptedConsumer.start();
  const bounds = { maxMessages: 1000, maxBytes: 1_000_000 };
  delivery = new Delivery({ name: 'publisher', consumerUrls: [consumer.url], bounds });
  delivery.start();
  delivery.subscribed(1_000);
  delivery.proven(1_000);
});

afterEach(async () => {
  await delivery.drain(AbortSignal.abort());
  await consumer.stop();
});

function publish(text: string): void {
  const payload = Buffer.from(text);
  const message: NewMessage = { kind: 'message', channel: 'c', payload, receivedAt: 2_000 };
  delivery.take([message]);
}

const GAP = 'not-taken-in 1000 2000 1';

it('a gap in the place of a message that could not be taken in goes out at once', async () => {
  const connection = await consumer.connection(1);
  await connection.welcome();
  await connection.entries(1);
  outOfMemory(delivery.outbox, 'append');
  publish('lost');
  expect((await connection.entries(1)).map(told)).toEqual([GAP]);
});

it('a gap in the place of messages that a handler failed to take in goes out at once', async () => {
  const connection = await consumer.connection(1);
  await connection.welcome();
  await connection.entries(1);
  const messages = [1_500, 2_000].map((receivedAt): NewMessage => {
    return { kind: 'message', channel: 'c', payload: Buffer.from('lost'), receivedAt };
  });
  delivery.notTaken(messages, new Error('a mistake'));
  expect((await connection.entries(1)).map(told)).toEqual(['not-taken-in 1000 2000 2']);
  expect(delivery.gaps.total).toBe(1);
});

it('such a gap is not left out when everything else is delivered and the publisher ends', async () => {
  const connection = await consumer.connection(1);
  await connection.welcome();
  await connection.entries(1);
  connection.ack('0-1');
  outOfMemory(delivery.outbox, 'append', 2);
  publish('lost');
  const ended = delivery.drain(new AbortController().signal);
  expect((await connection.entries(1)).map(told)).toEqual([GAP]);
  connection.ack('0-2');
  expect(await connection.next('goodbye')).toEqual({ subscriptionEndedAt: 1_000 });
  connection.socket.close();
  await ended;
});

it('nothing counts as heard until such a gap is recorded', async () => {
  const connection = await consumer.connection(1);
  await connection.welcome();
  await connection.entries(1);
  outOfMemory(delivery.outbox, 'append', 3);
  publish('lost');
  delivery.proven(3_000); // no memory yet
  publish('behind');
  expect((await connection.entries(2)).map(told)).toEqual([GAP, 'behind']);
  expect((await connection.next('status')).heardUntil).toBe(1_000);
  delivery.proven(4_000);
  expect((await connection.next('status')).heardUntil).toBe(4_000);
});

it('a frame that cannot be made ends the connection, and goes with the next', async () => {
  const first = await consumer.connection(1);
  await first.welcome();
  await first.entries(1);
  outOfMemory(delivery.outbox, 'read');
  publish('delayed');
  await first.closed;
  const second = await consumer.connection(2);
  await second.welcome({ position: { received: '0-1', cursor: '0-1' } });
  expect((await second.entries(1)).map(told)).toEqual(['delayed']);
  expect(await log.said('a frame could not be sent')).toBeDefined();
});

it('then answers nothing more, not even what came in one piece with what it was made for', async () => {
  const first = await consumer.connection(1);
  await first.welcome({ window: { entries: 2, bytes: 1_000 } });
  publish('sent');
  publish('delayed');
  await first.entries(2);
  outOfMemory(delivery.outbox, 'read');
  first.ack('0-1', '0-2');
  await first.closed;
  const second = await consumer.connection(2);
  await second.welcome({ position: { received: '0-2', cursor: '0-2' } });
  expect((await second.entries(1)).map(told)).toEqual(['delayed']);
});
