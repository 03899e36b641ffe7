import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { awkwardPayloads, type RecordedProcess, type RedisServer } from '@relay/testing';
import { said, Stage, subscribed } from './stage.js';

const greeting = ['hello', 'Check', 'Your', 'Python', 'Consumer', 'Outputs'];

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

afterEach(() => stage.clear());

async function publish(redis: RedisServer, texts: readonly string[]): Promise<void> {
  for (const text of texts) await redis.cli('PUBLISH', 'test_websocket', text);
}

/** A line of --output=json. */
interface Line {
  readonly kind: 'message' | 'gap' | 'start';
  readonly payload?: string;
  readonly encoding?: 'base64';
  readonly reason?: string;
}

/** What a consumer with --output=json has printed, once its last payload is there. */
async function printed(consumer: RecordedProcess, last: string): Promise<Line[]> {
  await consumer.waitForLine('stdout', `"payload":${JSON.stringify(last)}`);
  return consumer.lines('stdout').map((line) => JSON.parse(line) as Line);
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
  for (const [, payload] of awkwardPayloads) await redis.cli('PUBLISH', 'test_websocket', payload);
  await redis.cli('PUBLISH', 'test_websocket', 'the end');
  const [start, ...messages] = await printed(consumer, 'the end');
  expect(start?.kind).toBe('start');
  const arrived = messages.map(({ payload, encoding }) =>
    Buffer.from(payload ?? '', encoding ?? 'utf8'),
  );
  expect(arrived).toHaveLength(awkwardPayloads.length + 1);
  for (const [index, [name, payload]] of awkwardPayloads.entries()) {
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

it.each(['raw', 'pretty'])(
  'says on stderr where messages begin, with --output=%s',
  async (output) => {
    const redis = await stage.redis();
    const consumer = await stage.consumer(`--output=${output}`);
    await subscribed(await stage.publisher(redis.url));
    await publish(redis, ['hello']);
    await consumer.waitForLine('stdout', 'hello');
    expect(consumer.lines('stdout')).toHaveLength(1);
    expect(consumer.output).toMatch(/^begins: publisher is subscribed since /m);
  },
);

it('says in their place that messages may be missing, when the publisher was away', async () => {
  const redis = await stage.redis();
  const consumer = await stage.consumer('--output=json');
  const first = await stage.publisher(redis.url);
  await subscribed(first);
  await publish(redis, ['before']);
  await consumer.waitForLine('stdout', 'before');
  expect(await first.stop()).toBe(0);
  await publish(redis, ['unheard']);
  await subscribed(await stage.publisher(redis.url));
  await publish(redis, ['after']);
  const lines = await printed(consumer, 'after');
  expect(lines.map(({ payload, reason, kind }) => payload ?? reason ?? kind)).toEqual([
    'start',
    'before',
    'publisher-restarted',
    'after',
  ]);
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
