import { once } from 'node:events';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { NewMessage } from '@relay/delivery';
import { Tokens } from '@relay/runtime';
import { type Certificate, TestAuthority, TestFolder } from '@relay/testing';
import { ConsumerAccess } from './consumer-access.js';
import { Delivery } from './delivery.js';
import { ScriptedConsumer } from './testing/scripted-consumer.js';

const COUNT = 100;
const PAYLOAD_BYTES = 200_000;
/** So many turns of the event loop are enough for whatever follows from a write. */
const TURNS = 10;

let authority: TestAuthority;
let certificate: Certificate;
let folder: TestFolder;
let server: Server;
let consumer: ScriptedConsumer;
let delivery: Delivery;

beforeAll(async () => {
  authority = await TestAuthority.create();
  certificate = await authority.issue('consumer.test');
});

beforeEach(() => {
  Logger.overrideLogger(false);
  folder = new TestFolder();
});

afterEach(async () => {
  await delivery.drain(AbortSignal.abort());
  await consumer.stop();
  await new Promise((resolve) => server.close(resolve));
  folder.remove();
});

async function deliverTo(scheme: 'ws' | 'wss'): Promise<void> {
  server = scheme === 'ws' ? createHttpServer() : createHttpsServer(certificate);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  consumer = ScriptedConsumer.on(server);
  const { port } = server.address() as AddressInfo;
  const ca = folder.write('ca.pem', authority.cert);
  delivery = new Delivery({
    name: 'publisher',
    consumerUrls: [`${scheme}://127.0.0.1:${port}/relay`],
    bounds: { maxMessages: 2 * COUNT, maxBytes: 2 * COUNT * PAYLOAD_BYTES },
    access: new ConsumerAccess(new Tokens({}), { ca }),
  });
  delivery.start();
  delivery.subscribed(1000);
}

/** Payloads that nothing else looks like. */
const messages: readonly NewMessage[] = Array.from({ length: COUNT }, (_, n) => ({
  kind: 'message',
  channel: 'c',
  payload: Buffer.alloc(PAYLOAD_BYTES, n),
  receivedAt: 2000,
}));

it.each([
  ['ws', 'together', [messages]],
  ['wss', 'together', [messages]],
  ['ws', 'one by one in one turn', messages.map((message) => [message])],
  ['wss', 'one by one in one turn', messages.map((message) => [message])],
] as const)(
  'frames that the network has not taken yet are not changed by those behind them (%s, %s)',
  async (scheme, _how, batches) => {
    await deliverTo(scheme);
    const connection = await consumer.connection(1);
    const window = { entries: 2 * COUNT, bytes: 2 * COUNT * PAYLOAD_BYTES };
    await connection.welcome({ window });
    await connection.entries(1); // the beginning of the outbox
    connection.socket.pause();
    for (const batch of batches) delivery.take(batch);
    while (!delivery.connections[0]?.isCongested) await nextTurn();
    for (let turn = 0; turn < TURNS; turn++) await nextTurn();
    connection.socket.resume();
    const fills = (await connection.entries(COUNT)).map((entry) =>
      entry.kind === 'message' ? [...new Set(entry.payload)] : [],
    );
    expect(fills).toEqual(Array.from({ length: COUNT }, (_, n) => [n]));
  },
);
