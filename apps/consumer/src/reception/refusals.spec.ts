import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CloseCode, type Hello } from '@relay/contracts';
import { Metrics } from '@relay/runtime';
import { measureAdapter } from './relay-adapter.js';
import { type ConsumerUnderTest, startConsumer } from './testing/consumer-under-test.js';
import { delivery, messageEntry, PublisherClient } from './testing/publisher-client.js';

const window = { entries: 3, bytes: 1000 };
const otherOutbox: Partial<Hello> = {
  process: 'other process',
  outbox: { id: 'other box', oldest: '0-1', next: '0-9' },
};

let consumer: ConsumerUnderTest;

beforeEach(async () => {
  consumer = await startConsumer({ window, maxOutboxes: 2 });
});

afterEach(() => consumer.close());

describe('a violation', () => {
  const beforeHello: [string, (client: PublisherClient) => void][] = [
    ['deliver', (client) => client.deliver(delivery(1))],
    ['status', (client) => client.status()],
    ['goodbye', (client) => client.goodbye(null)],
  ];

  it.each(beforeHello)('is %s before hello: 4501', async (event, send) => {
    const client = await PublisherClient.open(consumer.port);
    send(client);
    expect(await client.closed).toEqual({
      code: CloseCode.unexpectedFrame,
      reason: `${event} is not allowed before hello`,
    });
    expect(consumer.recorder.items).toEqual([]);
  });

  it('is a second hello: 4501', async () => {
    const { client } = await PublisherClient.greet(consumer.port);
    client.hello();
    expect((await client.closed).code).toBe(4501);
  });

  it('is a delivery that begins beyond what was received: 4502', async () => {
    const { client } = await PublisherClient.greet(consumer.port);
    client.deliver(delivery(1));
    client.deliver(delivery(3));
    expect((await client.closed).code).toBe(4502);
    expect(consumer.recorder.texts).toEqual(['m1']);
  });

  it.each([
    ['the same offset twice', '0-0', [1, 1]],
    ['a descending offset', '0-0', [2, 1]],
    ['an offset that is not behind its `after`', '0-1', [1]],
  ])('is %s: 4502', async (_, after, numbers) => {
    const { client } = await PublisherClient.greet(consumer.port);
    client.deliver({ after, entries: numbers.map((n) => messageEntry(n)) });
    expect((await client.closed).code).toBe(4502);
    expect(consumer.recorder.items).toEqual([]);
  });

  it('is more than the window has entries: 4503', async () => {
    consumer.recorder.holds('m1');
    const { client } = await PublisherClient.greet(consumer.port);
    client.deliver(delivery(1, 3));
    client.deliver(delivery(4));
    expect((await client.closed).code).toBe(4503);
  });

  it('is more than the window has bytes: 4503', async () => {
    consumer.recorder.holds('m1');
    const { client } = await PublisherClient.greet(consumer.port);
    client.deliver(delivery(1));
    client.deliver({ after: '0-1', entries: [messageEntry(2, 'x'.repeat(1000))] });
    expect((await client.closed).code).toBe(4503);
  });

  it('is not a single entry that is larger than the window', async () => {
    const { client } = await PublisherClient.greet(consumer.port);
    client.deliver({ after: '0-0', entries: [messageEntry(1, 'x'.repeat(2000))] });
    expect(await client.next('ack')).toEqual({ cursor: '0-1' });
  });

  it('ends the connection for good: what came behind it is not heard', async () => {
    const { client } = await PublisherClient.greet(consumer.port);
    client.deliver({ after: '0-0', entries: [messageEntry(2), messageEntry(1)] });
    client.deliver(delivery(1));
    expect((await client.closed).code).toBe(4502);
    expect(consumer.recorder.items).toEqual([]);
  });
});

describe('a frame that is none of the protocol', () => {
  it.each<[string, string | Uint8Array]>([
    ['text without an event', '"hello"'],
    ['no JSON', 'hello'],
    ['a hello that lacks something', '{"event":"hello","data":{"publisher":"p"}}'],
    ['a deliver in text', '{"event":"deliver","data":{"after":"0-0","entries":[]}}'],
    ['no CBOR', Buffer.from([0xff, 0x00])],
    ['empty and binary', Buffer.alloc(0)],
  ])('(%s) closes the connection with 4500 and a reason', async (_, frame) => {
    const { client } = await PublisherClient.greet(consumer.port);
    client.send(frame);
    const { code, reason } = await client.closed;
    expect(code).toBe(4500);
    expect(reason).not.toBe('');
    expect(consumer.recorder.items).toEqual([]);
  });

  it('is ignored and counted when its event is one that a newer publisher may know', async () => {
    const { client } = await PublisherClient.greet(consumer.port);
    client.send('{"event":"weather","data":{"celsius":21}}');
    client.send('{"event":"constructor","data":null}');
    client.send(Buffer.from([0x81, 0x63, ...Buffer.from('new')])); // ["new"] in CBOR
    client.deliver(delivery(1));
    expect(await client.next('ack')).toEqual({ cursor: '0-1' });
    const metrics = new Metrics();
    measureAdapter(metrics, consumer.adapter);
    expect(await metrics.text()).toContain('relay_unknown_events_total 3\n');
  });
});

describe('a name in use', () => {
  it('is refused with 4001 while the other publisher is connected, and free when it has gone', async () => {
    const first = await PublisherClient.greet(consumer.port);
    const second = await PublisherClient.open(consumer.port);
    second.hello(otherOutbox);
    expect((await second.closed).code).toBe(4001);
    first.client.deliver(delivery(1)); // the first is not disturbed
    await first.client.acknowledged('0-1');
    await first.client.close(1001);
    const { welcome } = await PublisherClient.greet(consumer.port, otherOutbox);
    expect(welcome.position).toBeNull();
  });

  it('is refused when it fills a close frame more than once', async () => {
    const publisher = '👋'.repeat(100);
    await PublisherClient.greet(consumer.port, { publisher });
    const second = await PublisherClient.open(consumer.port);
    second.hello({ ...otherOutbox, publisher });
    const { code, reason } = await second.closed;
    expect(code).toBe(4001);
    expect(reason).toMatch(/^another process is connected as (?:👋)+$/u);
  });

  it('is one outbox from two processes, too', async () => {
    await PublisherClient.greet(consumer.port);
    const second = await PublisherClient.open(consumer.port);
    second.hello({ publisher: 'q', process: 'other process' });
    expect((await second.closed).code).toBe(4001);
  });
});

describe('a consumer that remembers all the outboxes that it can', () => {
  const helloOf = (n: number): Partial<Hello> => ({
    publisher: `p${n}`,
    process: `process ${n}`,
    outbox: { id: `box ${n}`, oldest: '0-1', next: '0-9' },
  });

  it('refuses another with 4002 while all are connected', async () => {
    for (const n of [1, 2]) await PublisherClient.greet(consumer.port, helloOf(n));
    const third = await PublisherClient.open(consumer.port);
    third.hello(helloOf(3));
    expect((await third.closed).code).toBe(4002);
    expect(consumer.reached.counts).toContainEqual(['outboxes', 1]);
  });

  it('forgets the one that was away for longest', async () => {
    for (const n of [1, 2]) {
      const { client } = await PublisherClient.greet(consumer.port, helloOf(n));
      client.deliver(delivery(1));
      await client.acknowledged('0-1');
      await client.close(1001);
    }
    await PublisherClient.greet(consumer.port, helloOf(3));
    const { welcome } = await PublisherClient.greet(consumer.port, helloOf(2));
    expect(welcome.position).toEqual({ received: '0-1', cursor: '0-1' });
  });
});
