import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { RecordedProcess, RedisServer } from '@relay/testing';
import { said, Stage, subscribed } from './stage.js';

jest.setTimeout(30_000);

const greeting = ['hello', 'Check', 'Your', 'Python', 'Consumer', 'Outputs'];

const payloads: [string, Buffer][] = [
  ['text', Buffer.from('hello')],
  ['nothing', Buffer.alloc(0)],
  ['a number', Buffer.from('1.0')],
  ['a number beyond what a double holds', Buffer.from('12345678901234567890')],
  ['a quoted string', Buffer.from('"quoted"')],
  ['an object with a data member', Buffer.from('{"data":1,"other":2}')],
  ['a request of the transport', Buffer.from('{"id":"1","pattern":"test_websocket","data":1}')],
  ['bytes that are not UTF-8', Buffer.from([0xff, 0xfe, 0x80, 0xc3, 0x28])],
  ['NUL bytes', Buffer.from('a\0b\0')],
  ['1 MiB', Buffer.alloc(1024 * 1024, 'relay')],
  ['emoji', Buffer.from('👋 👩‍🚀')],
  ['newlines', Buffer.from('one\ntwo\r\nthree\n')],
];

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

afterEach(() => stage.clear());

async function publish(redis: RedisServer, texts: readonly string[]): Promise<void> {
  for (const text of texts) await redis.cli('PUBLISH', 'test_websocket', text);
}

/** The payloads that a consumer with --output=json has printed, once the last of them is there. */
async function printed(consumer: RecordedProcess, last: string): Promise<Buffer[]> {
  await consumer.waitForLine('stdout', `"payload":${JSON.stringify(last)}`);
  return consumer.lines('stdout').map((line) => {
    const { payload, encoding } = JSON.parse(line) as { payload: string; encoding?: 'base64' };
    return Buffer.from(payload, encoding ?? 'utf8');
  });
}

it('prints the six messages of the greeting in order', async () => {
  const redis = await stage.redis();
  const consumer = await stage.consumer('--output=raw');
  const publisher = await stage.publisher(redis.url);
  await subscribed(publisher);
  await publish(redis, greeting);
  await consumer.waitForLine('stdout', 'Outputs');
  expect(consumer.stdout.toString()).toBe(`${greeting.join('\n')}\n`);
});

it('prints every payload byte for byte', async () => {
  const redis = await stage.redis();
  const consumer = await stage.consumer('--output=json');
  const publisher = await stage.publisher(redis.url);
  await subscribed(publisher);
  for (const [, payload] of payloads) await redis.cli('PUBLISH', 'test_websocket', payload);
  await redis.cli('PUBLISH', 'test_websocket', 'the end');
  const arrived = await printed(consumer, 'the end');
  expect(arrived).toHaveLength(payloads.length + 1);
  for (const [index, [name, payload]] of payloads.entries()) {
    expect([name, arrived[index]?.equals(payload)]).toEqual([name, true]);
  }
});

it('works with the publisher started first, the consumer then, and Redis last', async () => {
  const redis = await stage.redis();
  await redis.kill();
  const publisher = await stage.publisher(redis.url);
  await publisher.waitForLine('stderr', 'messages wait');
  await publisher.waitForLine('stderr', 'not subscribed');
  const consumer = await stage.consumer('--output=raw');
  await publisher.waitForLine('stderr', 'connected to');
  await redis.restart();
  await subscribed(publisher);
  await publish(redis, greeting);
  await consumer.waitForLine('stdout', 'Outputs');
  expect(consumer.lines('stdout')).toEqual(greeting);
});

it('delivers to a consumer that comes back what was published while it was away', async () => {
  const redis = await stage.redis();
  const first = await stage.consumer('--output=raw');
  const publisher = await stage.publisher(redis.url);
  await subscribed(publisher);
  await publish(redis, ['before']);
  await first.waitForLine('stdout', 'before');
  const linesBefore = said(publisher);
  expect(await first.stop()).toBe(0);
  await publisher.waitForLine('stderr', 'messages wait', linesBefore);
  await publish(redis, greeting);
  const second = await stage.consumer('--output=raw');
  await second.waitForLine('stdout', 'Outputs');
  expect(second.lines('stdout')).toEqual(greeting);
});

it('relays the channels and patterns that it is told to, and no others', async () => {
  const redis = await stage.redis();
  const consumer = await stage.consumer('--output=raw');
  const publisher = await stage.publisher(redis.url, '--redis-channels=greetings, news.*');
  await subscribed(publisher);
  await redis.cli('PUBLISH', 'greetings', 'one');
  await redis.cli('PUBLISH', 'test_websocket', 'two');
  await redis.cli('PUBLISH', 'news.sport', 'three');
  await consumer.waitForLine('stdout', 'three');
  expect(consumer.lines('stdout')).toEqual(['one', 'three']);
});
