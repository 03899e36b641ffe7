import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Metrics, measureLimits, WEB_SOCKET_LIMITS } from '@relay/runtime';
import { RecordedLog } from '@relay/testing';
import { LIMITS, LimitsReached } from '../limits.js';
import { Delivery } from './delivery.js';
import { type ScriptedConnection, ScriptedConsumer } from './testing/scripted-consumer.js';

const MIB = 1024 * 1024;

let consumer: ScriptedConsumer;
let delivery: Delivery;
let reached: LimitsReached;
let log: RecordedLog;

beforeEach(async () => {
  consumer = await ScriptedConsumer.start();
  log = new RecordedLog();
  Logger.overrideLogger(log);
  reached = new LimitsReached();
  delivery = new Delivery({
    name: 'publisher',
    consumerUrls: [consumer.url],
    bounds: { maxMessages: 1000, maxBytes: 1000 * MIB },
    reached,
  });
  delivery.start();
  delivery.subscribed(1000);
});

afterEach(async () => {
  await delivery.drain(AbortSignal.abort());
  await consumer.stop();
});

/** How often this limit was reached, as the metrics say. */
async function count(limit: string): Promise<number> {
  const metrics = new Metrics();
  measureLimits(metrics, reached);
  const [, value] = new RegExp(`limit="${limit}"} (\\d+)$`, 'm').exec(await metrics.text()) ?? [];
  return Number(value);
}

function publish(count: number, bytes: number): void {
  const payload = Buffer.alloc(bytes);
  delivery.take(
    Array.from({ length: count }, () => ({
      kind: 'message' as const,
      channel: 'c',
      payload,
      receivedAt: 2000,
    })),
  );
}

async function greeted(): Promise<ScriptedConnection> {
  const connection = await consumer.connection(1);
  await connection.welcome();
  await connection.next('status');
  return connection;
}

/** A consumer that takes everything and does not read it. */
async function deaf(): Promise<ScriptedConnection> {
  publish(32, MIB);
  const connection = await consumer.connection(1);
  await connection.welcome({ window: { entries: 100, bytes: 100 * MIB }, maxEntryBytes: 2 * MIB });
  connection.socket.pause();
  while (!delivery.connections[0]?.isCongested) await nextTurn();
  return connection;
}

describe('a consumer', () => {
  it('that grants any amount has a window that is bounded', async () => {
    const connection = await consumer.connection(1);
    await connection.welcome({ window: { entries: 1e12, bytes: 1e12 }, maxEntryBytes: 1e12 });
    await connection.entries(1);
    expect(delivery.connections[0]?.sender.window).toEqual({
      entries: LIMITS.windowEntries,
      bytes: LIMITS.windowBytes,
    });
    expect(await count('window')).toBe(1);
  });

  it('that does not read makes the outbox wait, and not what is written to the network', async () => {
    const connection = await deaf();
    const sent = delivery.connections[0]?.sender.sent;
    for (let turn = 0; turn < 100; turn += 1) await nextTurn();
    expect(delivery.connections[0]?.sender.sent).toBe(sent);
    connection.socket.resume();
    expect(await connection.entries(33)).toHaveLength(33);
  });

  it('that reads again hears how things stand, which it could not be told meanwhile', async () => {
    const connection = await deaf();
    delivery.broken('redis-connection-lost');
    connection.socket.resume();
    while ((await connection.next('status')).subscribed) continue;
  });

  it('that leaves unread what it is told is cut off', async () => {
    const { socket } = await greeted();
    socket.pause();
    while (delivery.connections[0]?.state === 'connected') {
      for (let n = 0; n < 100; n += 1) delivery.proven(Date.now());
      await nextTurn();
    }
    expect(await count('unread-bytes')).toBe(1);
  });

  it('that sends a frame beyond 64 KiB is closed with 1009', async () => {
    const connection = await consumer.connection(1);
    await connection.welcome();
    connection.socket.send('x'.repeat(LIMITS.frameBytes + 1));
    expect((await connection.closed).code).toBe(1009);
    expect(await count('frame-size')).toBe(1);
  });

  it('that sends a message in too many parts is closed with 1008', async () => {
    const connection = await consumer.connection(1);
    await connection.welcome();
    for (let n = 0; n <= WEB_SOCKET_LIMITS.fragments; n += 1) {
      connection.socket.send('', { fin: false });
    }
    expect((await connection.closed).code).toBe(1008);
    expect(await count('message-parts')).toBe(1);
  });

  it('that pings and does not read is cut off', async () => {
    const { socket } = await greeted();
    socket.pause();
    const seen = { cut: false };
    void log.said('the connection broke').then(() => {
      seen.cut = true;
    });
    while (!seen.cut) {
      await new Promise((resolve) => {
        socket.ping(Buffer.alloc(125), false, resolve);
      });
    }
    expect(await count('unread-pongs')).toBe(1);
  });

  it('that does not agree that it is closed is cut off', async () => {
    const { socket } = await greeted();
    socket.pause();
    socket.send(Buffer.from('none of the protocol'));
    expect(await log.said('closed with 4500')).toContain('messages wait');
    expect(await count('close-time')).toBe(1);
  });
});

describe('a message that a consumer does not take', () => {
  it('is logged, at 1, 10, 100, …', async () => {
    const connection = await consumer.connection(1);
    await connection.welcome({ maxEntryBytes: 3 });
    publish(12, 4);
    await connection.entries(13);
    const told = log.lines.filter((line) => line.includes('larger than'));
    expect(told).toHaveLength(1);
    publish(1, 4);
    await connection.entries(1);
    expect(log.lines.filter((line) => line.includes('larger than'))).toHaveLength(1);
    expect(told[0]).toContain('12 so far');
  });
});
