import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ConsumerUnderTest, startConsumer } from './testing/consumer-under-test.js';
import { delivery, messageEntry, PublisherClient } from './testing/publisher-client.js';

const window = { entries: 8192, bytes: 8 * 1024 * 1024 };

let consumer: ConsumerUnderTest;

beforeEach(async () => {
  consumer = await startConsumer({ window });
});

afterEach(() => consumer.close());

describe('the welcome', () => {
  it('tells the name, the window, the largest entry, and no position of a new outbox', async () => {
    const { welcome } = await PublisherClient.greet(consumer.port);
    expect(welcome).toEqual({
      consumer: 'c',
      position: null,
      window,
      maxEntryBytes: 4 * 1024 * 1024,
    });
  });

  it('tells what was received and handled, when the publisher comes again', async () => {
    const first = await PublisherClient.greet(consumer.port);
    first.client.deliver(delivery(1, 3));
    await first.client.acknowledged('0-3');
    await first.client.vanish();
    const { welcome } = await PublisherClient.greet(consumer.port, { connection: 2 });
    expect(welcome.position).toEqual({ received: '0-3', cursor: '0-3' });
  });

  it('tells a cursor behind what was received while a handler runs', async () => {
    const held = consumer.recorder.holds('m2');
    const first = await PublisherClient.greet(consumer.port);
    first.client.deliver(delivery(1, 3));
    await consumer.recorder.handed(2);
    const { client, welcome } = await PublisherClient.greet(consumer.port, { connection: 2 });
    expect(welcome.position).toEqual({ received: '0-3', cursor: '0-1' });
    held.resolve();
    await client.acknowledged('0-3'); // on the connection that stands now
    expect(consumer.recorder.texts).toEqual(['m1', 'm2', 'm3']);
  });
});

describe('delivery', () => {
  it('hands on the exact bytes, in order, within and across frames', async () => {
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const sent = [everyByte, Buffer.alloc(0), Buffer.from([0xff]), Buffer.alloc(1024 * 1024, 7)];
    const { client } = await PublisherClient.greet(consumer.port);
    const entries = sent.map((payload, index) => messageEntry(index + 1, payload));
    client.deliver({ after: '0-0', entries });
    client.deliver({ after: '0-4', entries: [messageEntry(5, 'last')] });
    const messages = await consumer.recorder.messages(5);
    expect(messages.map(({ offset }) => offset)).toEqual(['0-1', '0-2', '0-3', '0-4', '0-5']);
    const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
    expect(messages.map(({ payload }) => base64(payload))).toEqual(
      [...sent, Buffer.from('last')].map(base64),
    );
  });

  it('passes on the time of intake, the pattern that matched, and an id', async () => {
    const { client } = await PublisherClient.greet(consumer.port);
    client.deliver({ after: '0-0', entries: [{ ...messageEntry(1), pattern: 'test_*' }] });
    const [message] = await consumer.recorder.messages(1);
    expect(message?.pattern).toBe('test_*');
    expect(message?.receivedAt).toEqual(new Date(1_700_000_000_000));
    expect(message?.id).toBe('box/0-1');
  });

  it('hands on gaps in their place', async () => {
    const { client } = await PublisherClient.greet(consumer.port);
    const gap = { kind: 'gap', reason: 'overflow', from: 1000, to: null, count: 7 } as const;
    const entries = [messageEntry(1), { ...gap, offset: '0-8' }, messageEntry(9)];
    client.deliver({ after: '0-0', entries });
    const items = await consumer.recorder.handed(3);
    expect(consumer.recorder.texts).toEqual(['m1', 'gap', 'm9']);
    expect(items[1]).toEqual({
      ...gap,
      origin: { publisher: 'p', outbox: 'box', offset: '0-8' },
      from: new Date(1000),
    });
  });

  it('leaves out what came before, and counts it', async () => {
    const { client } = await PublisherClient.greet(consumer.port);
    client.deliver(delivery(1, 3));
    client.deliver(delivery(2, 4));
    await client.acknowledged('0-4');
    expect(consumer.recorder.texts).toEqual(['m1', 'm2', 'm3', 'm4']);
    expect(consumer.reception.duplicates).toBe(2);
  });

  it('keeps the outboxes of several publishers apart', async () => {
    const one = await PublisherClient.greet(consumer.port);
    const outbox = { id: 'other box', oldest: '0-1', next: '0-9' };
    const two = await PublisherClient.greet(consumer.port, { publisher: 'q', outbox });
    one.client.deliver(delivery(1, 2));
    two.client.deliver(delivery(1));
    expect((await one.client.acknowledged('0-2')).at(-1)).toBe('0-2');
    expect(await two.client.acknowledged('0-1')).toEqual(['0-1']);
    expect((await consumer.recorder.messages(3)).map(({ id }) => id)).toContain('other box/0-1');
  });
});

describe('the acknowledgement', () => {
  it('comes when the handler has ended, and not before', async () => {
    const held = consumer.recorder.holds('m1');
    const { client } = await PublisherClient.greet(consumer.port);
    client.deliver(delivery(1));
    await consumer.recorder.handed(1);
    await client.roundTrip();
    expect(client.frames).toEqual([]);
    held.resolve();
    expect(await client.next('ack')).toEqual({ cursor: '0-1' });
  });

  it('covers many frames that came together with their last cursor', async () => {
    const { client } = await PublisherClient.greet(consumer.port);
    for (let n = 1; n <= 1000; n += 1) client.deliver(delivery(n));
    const cursors = await client.acknowledged('0-1000');
    const numbers = cursors.map((cursor) => Number(cursor.slice(2)));
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  });

  it('does not wait for a slow message behind what is handled', async () => {
    const held = consumer.recorder.holds('m2');
    const { client } = await PublisherClient.greet(consumer.port);
    client.deliver(delivery(1, 2));
    expect(await client.next('ack')).toEqual({ cursor: '0-1' });
    held.resolve();
    expect(await client.next('ack')).toEqual({ cursor: '0-2' });
  });

  it('goes to nobody when the publisher has gone, and is in the next welcome', async () => {
    const held = consumer.recorder.holds('m1');
    const first = await PublisherClient.greet(consumer.port);
    first.client.deliver(delivery(1));
    await consumer.recorder.handed(1);
    await first.client.vanish();
    held.resolve();
    await consumer.dispatcher.drained();
    const { welcome } = await PublisherClient.greet(consumer.port, { connection: 2 });
    expect(welcome.position).toEqual({ received: '0-1', cursor: '0-1' });
  });
});

describe('the same process connecting again', () => {
  it('closes the old connection, which is heard no longer', async () => {
    const old = await PublisherClient.greet(consumer.port);
    old.client.deliver(delivery(1));
    await old.client.acknowledged('0-1');
    const { client } = await PublisherClient.greet(consumer.port, { connection: 2 });
    old.client.deliver(delivery(2)); // before it has heard of its end
    expect((await old.client.closed).code).toBe(4505);
    await client.roundTrip();
    expect(consumer.recorder.texts).toEqual(['m1']);
    client.deliver({ after: '0-1', entries: [messageEntry(2, 'from the new one')] });
    await client.acknowledged('0-2');
    expect(consumer.recorder.texts).toEqual(['m1', 'from the new one']);
    expect([...consumer.reception.publishers]).toHaveLength(1);
  });

  it('is refused with 4505 when a newer connection of it stands', async () => {
    const { client } = await PublisherClient.greet(consumer.port, { connection: 2 });
    const late = await PublisherClient.open(consumer.port);
    late.hello({ connection: 1 });
    expect((await late.closed).code).toBe(4505);
    client.deliver(delivery(1));
    await client.acknowledged('0-1');
  });

  it('hands no entry twice, whatever comes again', async () => {
    const held = consumer.recorder.holds('m1');
    const first = await PublisherClient.greet(consumer.port);
    first.client.deliver(delivery(1, 2));
    await consumer.recorder.handed(1);
    const { client } = await PublisherClient.greet(consumer.port, { connection: 2 });
    client.deliver(delivery(1, 3));
    held.resolve();
    await client.acknowledged('0-3');
    expect(consumer.recorder.texts).toEqual(['m1', 'm2', 'm3']);
  });
});
