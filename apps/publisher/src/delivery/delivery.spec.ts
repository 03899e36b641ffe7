import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { RecordedLog } from '@relay/testing';
import type { Entry } from '@relay/contracts';
import type { NewMessage } from '@relay/delivery';
import { Delivery, type DeliveryOptions } from './delivery.js';
import { ScriptedConsumer } from './testing/scripted-consumer.js';

let consumer: ScriptedConsumer;
let delivery: Delivery;
let log: RecordedLog;
const deadline = new AbortController();

beforeEach(async () => {
  consumer = await ScriptedConsumer.start();
  log = new RecordedLog();
  Logger.overrideLogger(log);
});

afterEach(async () => {
  await delivery.drain(AbortSignal.abort());
  await consumer.stop();
});

function start(options: Partial<DeliveryOptions> = {}): void {
  delivery = new Delivery({
    name: 'publisher',
    consumerUrls: [consumer.url],
    bounds: { maxMessages: 1000, maxBytes: 1_000_000 },
    ...options,
  });
  delivery.start();
  delivery.subscribed(1_000);
}

function publish(...texts: string[]): void {
  delivery.take(
    texts.map((text): NewMessage => ({
      kind: 'message',
      channel: 'c',
      payload: Buffer.from(text),
      receivedAt: 2_000,
    })),
  );
}

function told(entries: readonly Entry[]): string[] {
  return entries.map((entry) =>
    entry.kind === 'message'
      ? `${entry.offset} ${Buffer.from(entry.payload).toString()}`
      : `${entry.offset} ${entry.reason} ${String(entry.count)}`,
  );
}

describe('a delivery', () => {
  it('says who it is and what it has, and begins with the start of the subscription', async () => {
    start({ name: 'stockholm' });
    publish('a');
    const connection = await consumer.connection(1);
    const hello = await connection.next('hello');
    expect(hello).toMatchObject({
      publisher: 'stockholm',
      connection: 1,
      outbox: { oldest: '0-1', next: '0-3' },
    });
    connection.send({
      event: 'welcome',
      data: {
        consumer: 'c',
        position: null,
        window: { entries: 10, bytes: 1000 },
        maxEntryBytes: 100,
      },
    });
    expect(told(await connection.entries(2))).toEqual(['0-1 start null', '0-2 a']);
  });

  it('sends what one turn brought in one frame', async () => {
    start();
    const connection = await consumer.connection(1);
    await connection.welcome();
    await connection.entries(1);
    publish('a', 'b', 'c');
    expect(told((await connection.next('deliver')).entries)).toEqual(['0-2 a', '0-3 b', '0-4 c']);
  });

  it('sends again, after what was received, when the connection broke', async () => {
    start();
    const first = await consumer.connection(1);
    await first.welcome();
    publish('a', 'b', 'c');
    await first.entries(4);
    first.socket.terminate();
    const second = await consumer.connection(2);
    await second.welcome({ position: { received: '0-2', cursor: '0-1' } });
    expect(told(await second.entries(2))).toEqual(['0-3 b', '0-4 c']);
  });

  it('goes on after the last acknowledgement at a consumer that remembers nothing', async () => {
    start();
    const first = await consumer.connection(1);
    await first.welcome();
    publish('a', 'b', 'c');
    await first.entries(4);
    first.ack('0-3');
    publish('d');
    await first.entries(1);
    first.socket.terminate();
    const second = await consumer.connection(2);
    await second.welcome();
    expect(told(await second.entries(2))).toEqual(['0-4 c', '0-5 d']);
  });

  it('keeps what a consumer has not acknowledged, and nothing else', async () => {
    start();
    const connection = await consumer.connection(1);
    await connection.welcome();
    publish('a', 'b', 'c');
    await connection.entries(4);
    expect(delivery.outbox.size).toBe(4);
    connection.ack('0-3');
    connection.ack('0-3');
    connection.socket.ping();
    await once(connection.socket, 'pong');
    expect(delivery.outbox.size).toBe(1);
  });

  it('never has more under way than the window, and goes on with the acknowledgement', async () => {
    start();
    const connection = await consumer.connection(1);
    await connection.welcome({ window: { entries: 2, bytes: 1000 } });
    publish('a', 'b', 'c');
    const first = await connection.entries(2);
    connection.ack('0-2');
    const second = await connection.entries(2);
    expect(told([...first, ...second])).toEqual(['0-1 start null', '0-2 a', '0-3 b', '0-4 c']);
  });

  it('tells in its place of a message that is larger than the consumer takes', async () => {
    start();
    const connection = await consumer.connection(1);
    await connection.welcome({ maxEntryBytes: 3 });
    publish('ok', 'large', 'ok');
    expect(told(await connection.entries(4)).slice(1)).toEqual([
      '0-2 ok',
      '0-3 too-large 1',
      '0-4 ok',
    ]);
  });

  it('tells how many messages went when the outbox was full', async () => {
    start({ bounds: { maxMessages: 2, maxBytes: 1000 } });
    publish('a', 'b', 'c', 'd', 'e');
    expect(await log.said('outbox full')).toContain('3 so far');
    const connection = await consumer.connection(1);
    await connection.welcome();
    expect(told(await connection.entries(4))).toEqual([
      '0-1 start null',
      '0-4 overflow 3',
      '0-5 d',
      '0-6 e',
    ]);
  });

  it('tells until when everything was heard, as far as it is sent', async () => {
    start();
    const connection = await consumer.connection(1);
    await connection.welcome();
    await connection.entries(1);
    delivery.proven(1_500);
    let status = await connection.next('status');
    while (status.heardUntil !== 1_500) status = await connection.next('status');
    expect(status).toMatchObject({ subscribed: true, since: 1_000, waiting: 1 });
  });

  it('appends a gap from the last proof to the new subscription', async () => {
    start();
    delivery.proven(1_500);
    delivery.broken('redis-silent');
    delivery.subscribed(3_000);
    const connection = await consumer.connection(1);
    await connection.welcome();
    const [, gap] = await connection.entries(2);
    expect(gap).toEqual({
      kind: 'gap',
      offset: '0-2',
      reason: 'redis-silent',
      from: 1_500,
      to: 3_000,
      count: null,
    });
  });
});

describe('several consumers', () => {
  it('get everything, each at its own pace; one that is away holds up no other', async () => {
    const other = await ScriptedConsumer.start();
    start({ consumerUrls: [consumer.url, other.url] });
    const here = await consumer.connection(1);
    await here.welcome({ consumer: 'here' });
    publish('a', 'b');
    expect(told(await here.entries(3))).toEqual(['0-1 start null', '0-2 a', '0-3 b']);
    here.ack('0-3');
    const late = await other.connection(1);
    await late.welcome({ consumer: 'late' });
    expect(told(await late.entries(3))).toEqual(['0-1 start null', '0-2 a', '0-3 b']);
    late.ack('0-3');
    late.socket.ping();
    await once(late.socket, 'pong');
    expect(delivery.outbox.size).toBe(0);
    await other.stop();
  });

  it('have a name each: the second of one name is closed with 4001, and told why', async () => {
    const other = await ScriptedConsumer.start();
    start({ consumerUrls: [consumer.url, other.url] });
    await (await consumer.connection(1)).welcome({ consumer: 'twin' });
    await log.said('connected to twin');
    const second = await other.connection(1);
    await second.welcome({ consumer: 'twin' });
    const { code, reason } = await second.closed;
    expect(code).toBe(4001);
    expect(reason).toContain('CONSUMER_NAME');
    await other.stop();
  });
});

describe('what a consumer must not do', () => {
  it.each([
    ['acknowledges what was never sent', 4504, '{"event":"ack","data":{"cursor":"0-99"}}'],
    ['sends what is not JSON', 4500, 'hello'],
    ['sends an ack without a cursor', 4500, '{"event":"ack","data":{}}'],
    ['says welcome twice', 4501, JSON.stringify({ event: 'welcome', data: welcomeData() })],
  ])('one that %s is closed with %d, and a person is asked for', async (_, expected, frame) => {
    start();
    const connection = await consumer.connection(1);
    await connection.welcome();
    await connection.entries(1);
    connection.socket.send(frame);
    expect((await connection.closed).code).toBe(expected);
    expect(await log.said('needs a person')).toContain(String(expected));
  });

  it('an event that it does not know is ignored', async () => {
    start();
    const connection = await consumer.connection(1);
    await connection.welcome();
    await connection.entries(1);
    connection.socket.send('{"event":"weather","data":"fine"}');
    publish('a');
    expect(told(await connection.entries(1))).toEqual(['0-2 a']);
  });
});

describe('a server that is no consumer', () => {
  it.each([
    [401, true],
    [404, true],
    [503, false],
  ])('answers %d: needs a person is %s', async (status, needsPerson) => {
    const server = createServer();
    server.on('upgrade', (_, socket) => {
      socket.end(`HTTP/1.1 ${status} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    start({ consumerUrls: [`ws://127.0.0.1:${(server.address() as AddressInfo).port}/relay`] });
    const line = await log.said(`HTTP ${status}`);
    expect(line.includes('needs a person')).toBe(needsPerson);
    expect(line.includes('a consumer has it at /relay')).toBe(status === 404);
    expect(delivery.connections[0]?.problem).toContain(`HTTP ${status}`);
    server.close();
  });

  it('and speaks no TLS is told apart from one that is away', async () => {
    start({ consumerUrls: [consumer.url.replace('ws:', 'wss:')] });
    expect(await log.said('EPROTO')).toContain('wss:// at one that does not speak TLS?');
  });
});

describe('the end', () => {
  it('says goodbye and closes with 1001 when everything is acknowledged', async () => {
    start();
    delivery.proven(1_500);
    const connection = await consumer.connection(1);
    await connection.welcome();
    publish('a');
    await connection.entries(2);
    const left = delivery.drain(deadline.signal);
    connection.ack('0-2');
    expect(await connection.next('goodbye')).toEqual({ subscriptionEndedAt: 1_500 });
    expect((await connection.closed).code).toBe(1001);
    expect(await left).toBe(0);
  });

  it('waits for a consumer to come back while messages wait', async () => {
    start();
    const first = await consumer.connection(1);
    await first.welcome();
    publish('a');
    await first.entries(2);
    first.socket.terminate();
    const left = delivery.drain(deadline.signal);
    const second = await consumer.connection(2);
    await second.welcome();
    await second.entries(2);
    second.ack('0-2');
    expect(await left).toBe(0);
  });

  it('gives up at the deadline and tells how many messages are left, without a goodbye', async () => {
    start();
    const connection = await consumer.connection(1);
    await connection.welcome();
    publish('a', 'b');
    await connection.entries(3);
    connection.ack('0-2');
    connection.socket.ping();
    await once(connection.socket, 'pong');
    const atDeadline = new AbortController();
    const left = delivery.drain(atDeadline.signal);
    atDeadline.abort();
    expect(await left).toBe(1);
    await connection.closed;
  });

  it('waits for nobody when no message waits and the consumer is away', async () => {
    start();
    (await consumer.connection(1)).socket.terminate();
    expect(await delivery.drain(deadline.signal)).toBe(0);
  });

  it('waits for nobody either when the consumer goes meanwhile', async () => {
    start();
    const connection = await consumer.connection(1);
    await connection.welcome();
    await connection.entries(1); // the beginning, which is no message
    const left = delivery.drain(deadline.signal);
    connection.socket.terminate();
    expect(await left).toBe(0);
  });
});

function welcomeData(): object {
  return {
    consumer: 'c',
    position: null,
    window: { entries: 10, bytes: 1000 },
    maxEntryBytes: 100,
  };
}
