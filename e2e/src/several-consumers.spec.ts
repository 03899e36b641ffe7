import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { freePort, type RecordedProcess } from '@relay/testing';
import { health, Stage, subscribed } from './stage.js';

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

afterEach(() => stage.clear());

const texts = Array.from({ length: 20 }, (_, index) => `message ${index}`);

function startConsumer(name: string, port: number): RecordedProcess {
  const flags = ['--host=127.0.0.1', `--port=${port}`, `--consumer-name=${name}`, '--output=raw'];
  return stage.run('consumer', ...flags);
}

it('gives everything to a consumer though another is away, and to that one when it comes', async () => {
  const redis = await stage.redis();
  const [herePort, awayPort] = [await freePort(), await freePort()];
  const here = startConsumer('here', herePort);
  const urls = [herePort, awayPort].map((port) => `ws://127.0.0.1:${port}/relay`).join(',');
  const publisher = await stage.publisher(redis.url, `--consumer-url=${urls}`);
  await subscribed(publisher);
  for (const text of texts) await redis.cli('PUBLISH', 'test_websocket', text);
  await here.waitForLine('stdout', texts.at(-1) ?? '');
  expect(here.lines('stdout')).toEqual(texts);
  const { outbox, consumers } = await health(publisher);
  expect(outbox.entries).toBeGreaterThanOrEqual(texts.length);
  expect(consumers.map(({ state }) => state)).toEqual(['connected', 'connecting']);

  const away = startConsumer('away', awayPort);
  await away.waitForLine('stdout', texts.at(-1) ?? '');
  expect(away.lines('stdout')).toEqual(texts);
  expect(await publisher.stop()).toBe(0);
  expect(here.lines('stdout')).toEqual(texts);
});

it('tells a person when two consumers of one publisher have the same name', async () => {
  const redis = await stage.redis();
  const ports = [await freePort(), await freePort()];
  const consumers = ports.map((port) => startConsumer('twin', port));
  const urls = ports.map((port) => `ws://127.0.0.1:${port}/relay`).join(',');
  const publisher = await stage.publisher(redis.url, `--consumer-url=${urls}`);
  await publisher.waitForLine('stderr', 'connected to twin');
  await Promise.all(consumers.map((consumer) => consumer.waitForLine('stderr', 'listening')));
  expect(await publisher.waitForLine('stderr', 'CONSUMER_NAME')).toContain('twin');
});

it('leaves a consumer alone that a second URL leads to, too', async () => {
  const redis = await stage.redis();
  const port = await freePort();
  const consumer = startConsumer('one', port);
  const urls = [`ws://127.0.0.1:${port}/relay`, `ws://localhost:${port}/relay`].join(',');
  const publisher = await stage.publisher(redis.url, `--consumer-url=${urls}`);
  await subscribed(publisher);
  await publisher.waitForLine('stderr', 'connected to one');
  await publisher.waitForLine('stderr', '4001');
  for (const text of texts) await redis.cli('PUBLISH', 'test_websocket', text);
  await consumer.waitForLine('stdout', texts.at(-1) ?? '');
  expect(consumer.lines('stdout')).toEqual(texts);
  const { consumers } = await health(publisher);
  expect(consumers.map(({ state }) => state).sort()).toEqual(['connected', 'connecting']);
  expect(consumers.map(({ reconnects }) => reconnects)).toEqual([0, 0]);
});
