import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { env, mainOf, Stage, subscribed } from './stage.js';

/** More than a pipe holds. */
const BARE = 10;
const BARE_BYTES = 100_000;

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

afterEach(() => stage.clear());

it('a publisher that nobody takes its messages from says how many are lost, and ends with 1', async () => {
  const redis = await stage.redis();
  const publisher = await stage.publisher(redis.url, '--shutdown-timeout-ms=300');
  await subscribed(publisher);
  for (const text of ['one', 'two', 'three']) await redis.cli('PUBLISH', 'test_websocket', text);
  expect(await publisher.stop()).toBe(1);
  const [stopping, ended] = publisher.lines('stderr').slice(-2);
  expect(stopping).toMatch(/stopping: 3 messages not acknowledged yet; waits 0\.3 s/);
  expect(ended).toMatch(/ended with 3 messages not acknowledged/);
});

it('a publisher without messages ends with 0 though no consumer is there', async () => {
  const redis = await stage.redis();
  const anHour = '--shutdown-timeout-ms=3600000';
  const publisher = await stage.publisher(redis.url, anHour);
  await subscribed(publisher);
  expect(await publisher.stop()).toBe(0);
});

it('a publisher delivers what waits before it ends, when the consumer comes in time', async () => {
  const redis = await stage.redis();
  const publisher = await stage.publisher(redis.url, '--shutdown-timeout-ms=3600000');
  await subscribed(publisher);
  for (const text of ['one', 'two', 'three']) await redis.cli('PUBLISH', 'test_websocket', text);
  publisher.signal('SIGTERM');
  const consumer = await stage.consumer('--output=raw');
  expect(await publisher.exited).toEqual({ code: 0, signal: null });
  await consumer.waitForLine('stdout', 'three');
  expect(consumer.lines('stdout')).toEqual(['one', 'two', 'three']);
});

it.each(['publisher', 'consumer'] as const)(
  'the %s ends cleanly though somebody has sent half a request',
  async (app) => {
    const started = stage.run(app, '--port=0', '--shutdown-timeout-ms=3600000');
    const line = await started.waitForLine('stderr', /health at|listening on/);
    const port = Number(/:(\d+)\//.exec(line)?.[1]);
    const stranger = connect(port, '127.0.0.1');
    stranger.on('error', () => undefined);
    await once(stranger, 'connect');
    stranger.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\nGET /hea');
    await once(stranger, 'data');
    expect(await started.stop()).toBe(0);
  },
);

it('a publisher whose Redis is frozen says goodbye all the same', async () => {
  const redis = await stage.redis();
  const consumer = await stage.consumer('--output=raw');
  const publisher = await stage.publisher(redis.url);
  await subscribed(publisher);
  await publisher.waitForLine('stderr', 'connected to');
  await redis.cli('PUBLISH', 'test_websocket', 'hello');
  await consumer.waitForLine('stdout', 'hello');
  redis.freeze();
  expect(await publisher.stop()).toBe(0);
  redis.thaw();
  await consumer.waitForLine('stderr', /publisher.*(left|goodbye)/);
});

it('a consumer that cannot finish bare messages says how many are lost, and ends with 1', async () => {
  const flags = ['--host=127.0.0.1', '--port=0', '--output=raw', '--shutdown-timeout-ms=300'];
  const consumer = spawn(process.execPath, [mainOf('consumer'), ...flags], {
    env: { ...process.env, ...env, RELAY_TOKEN: undefined },
    stdio: ['ignore', 'pipe', 'pipe'], // stdout is not read
  });
  try {
    const [listening] = (await once(consumer.stderr, 'data')) as [Buffer];
    const client = new WebSocket(/ws:[^" ]+/.exec(listening.toString())?.[0] ?? '');
    await once(client, 'open');
    for (let count = 0; count < BARE; count++) {
      client.send(JSON.stringify({ event: 'test_websocket', data: 'x'.repeat(BARE_BYTES) }));
    }
    client.ping();
    await once(client, 'pong');
    const said = text(consumer.stderr);
    consumer.kill('SIGTERM');
    expect(await once(consumer, 'exit')).toEqual([1, null]);
    expect(await said).toMatch(/ended with \d+ messages not handled that nobody keeps: lost/);
  } finally {
    consumer.kill('SIGKILL');
  }
});

it('what could not be printed because the reader had gone comes again at the next consumer', async () => {
  const redis = await stage.redis();
  const flags = ['--host=127.0.0.1', `--port=${await stage.consumerPort()}`, '--output=raw'];
  const first = spawn(process.execPath, [mainOf('consumer'), ...flags], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const ended = once(first, 'exit');
    const publisher = await stage.publisher(redis.url);
    await subscribed(publisher);
    await publisher.waitForLine('stderr', 'connected to');
    await redis.cli('PUBLISH', 'test_websocket', 'read');
    await once(first.stdout, 'data');
    first.stdout.destroy();
    await redis.cli('PUBLISH', 'test_websocket', 'unread');
    expect(await ended).toEqual([0, null]);
    const second = await stage.consumer('--output=raw');
    await second.waitForLine('stdout', 'unread');
    expect(second.lines('stdout').at(-1)).toBe('unread');
  } finally {
    first.kill('SIGKILL');
  }
});
