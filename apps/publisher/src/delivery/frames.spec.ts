import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Delivery } from './delivery.js';
import { ScriptedConsumer } from './testing/scripted-consumer.js';

const COUNT = 100;
const PAYLOAD_BYTES = 200_000;

let consumer: ScriptedConsumer;
let delivery: Delivery;

beforeEach(async () => {
  Logger.overrideLogger(false);
  consumer = await ScriptedConsumer.start();
  delivery = new Delivery({
    name: 'publisher',
    consumerUrls: [consumer.url],
    bounds: { maxMessages: 2 * COUNT, maxBytes: 2 * COUNT * PAYLOAD_BYTES },
  });
  delivery.start();
  delivery.subscribed(1000);
});

afterEach(async () => {
  await delivery.drain(AbortSignal.abort());
  await consumer.stop();
});

it('frames that the network has not taken yet are not changed by those behind them', async () => {
  const connection = await consumer.connection(1);
  const window = { entries: 2 * COUNT, bytes: 2 * COUNT * PAYLOAD_BYTES };
  await connection.welcome({ window });
  await connection.entries(1); // the beginning of the outbox
  connection.socket.pause();
  delivery.take(
    Array.from({ length: COUNT }, (_, n) => ({
      kind: 'message' as const,
      channel: 'c',
      payload: Buffer.alloc(PAYLOAD_BYTES, n),
      receivedAt: 2000,
    })),
  );
  while (!delivery.connections[0]?.isCongested) await nextTurn();
  connection.socket.resume();
  const fills = (await connection.entries(COUNT)).map((entry) =>
    entry.kind === 'message' ? [...new Set(entry.payload)] : [],
  );
  expect(fills).toEqual(Array.from({ length: COUNT }, (_, n) => [n]));
});
