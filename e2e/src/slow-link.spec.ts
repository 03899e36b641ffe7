import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { health, Stage, subscribed } from './stage.js';

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

afterEach(() => stage.clear());

it('a message that takes longer than the heartbeat on a slow line arrives, on one connection', async () => {
  const redis = await stage.redis();
  const consumer = await stage.consumer('--output=raw');
  const proxy = await stage.proxy(await stage.consumerPort());
  const url = `ws://127.0.0.1:${String(proxy.port)}/relay`;
  const publisher = await stage.publisher(redis.url, `--consumer-url=${url}`);
  await subscribed(publisher);
  await publisher.waitForLine('stderr', 'connected to');
  proxy.throttle(20_000);
  await redis.cli('PUBLISH', 'test_websocket', `${'x'.repeat(320_000)}!`); // sixteen seconds of line
  await consumer.waitForLine('stdout', /x!$/);
  const { consumers } = await health(publisher);
  expect(consumers.map(({ reconnects }) => reconnects)).toEqual([0]);
});
