import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Delivery } from './delivery.js';
import { ScriptedConsumer } from './testing/scripted-consumer.js';

const BACKLOG = 5000;

let consumer: ScriptedConsumer;
let delivery: Delivery;

beforeEach(async () => {
  Logger.overrideLogger(false);
  consumer = await ScriptedConsumer.start();
  delivery = new Delivery({
    name: 'publisher',
    consumerUrls: [consumer.url],
    bounds: { maxMessages: 2 * BACKLOG, maxBytes: 1_000_000 },
  });
  delivery.start();
  delivery.subscribed(1000);
});

afterEach(async () => {
  await delivery.drain(AbortSignal.abort());
  await consumer.stop();
});

function publish(count: number): void {
  const payload = Buffer.from('x');
  delivery.take(
    Array.from({ length: count }, () => ({
      kind: 'message' as const,
      channel: 'c',
      payload,
      receivedAt: 2000,
    })),
  );
}

function sentEntries(): number {
  return delivery.connections[0]?.sender.counts.sentEntries ?? 0;
}

describe('sending', () => {
  it('of a backlog leaves Redis its turn after each frame', async () => {
    publish(BACKLOG);
    const connection = await consumer.connection(1);
    await connection.welcome({ window: { entries: 2 * BACKLOG, bytes: 1_000_000 } });
    const perTurn: number[] = [];
    for (let before = 0; before <= BACKLOG; before = sentEntries()) {
      await nextTurn();
      const sent = sentEntries() - before;
      if (sent > 0) perTurn.push(sent);
    }
    expect(perTurn).toEqual([1024, 1024, 1024, 1024, 905]);
  });

  it('of a message that comes alone waits for nothing', async () => {
    const connection = await consumer.connection(1);
    await connection.welcome();
    await connection.entries(1);
    const before = sentEntries();
    publish(1);
    expect(sentEntries()).toBe(before + 1);
  });
});
