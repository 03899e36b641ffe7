import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { RecordedProcess, RedisServer } from '@relay/testing';
import { health, notSubscribed, redisState, said, Stage, subscribed } from './stage.js';

let stage: Stage;
let redis: RedisServer;
let consumer: RecordedProcess;

beforeEach(async () => {
  stage = new Stage();
  redis = await stage.redis();
  consumer = await stage.consumer('--output=raw');
});

afterEach(() => stage.clear());

async function delivers(text: string): Promise<void> {
  expect(await redis.cli('PUBLISH', 'test_websocket', text)).toBe(1);
  await consumer.waitForLine('stdout', text);
}

it('subscribes again after Redis was killed and restarted', async () => {
  const publisher = await stage.publisher(redis.url);
  await subscribed(publisher);
  await delivers('before');
  const linesBefore = said(publisher);
  await redis.kill();
  await notSubscribed(publisher, linesBefore);
  const away = { state: 'connecting', problem: expect.stringMatching(/closed|ECONN/) };
  expect((await health(publisher)).redis).toMatchObject(away);
  await redis.restart();
  await subscribed(publisher, linesBefore);
  await delivers('after');
  expect((await health(publisher)).redis).toMatchObject({ state: 'subscribed', problem: null });
});

it('says so when what answers is no Redis', async () => {
  const publisher = await stage.publisher(`redis://127.0.0.1:${await stage.consumerPort()}`);
  await publisher.waitForLine('stderr', 'answers, but not as a Redis does; not subscribed');
});

it('does not believe itself subscribed while Redis is frozen', async () => {
  const publisher = await stage.publisher(redis.url);
  await subscribed(publisher);
  const linesBefore = said(publisher);
  redis.freeze();
  await notSubscribed(publisher, linesBefore);
  expect(await redisState(publisher)).not.toBe('subscribed');
  redis.thaw();
  await subscribed(publisher, linesBefore);
  await delivers('after');
});

const permitted = ['~*', 'resetchannels', '-@all', '+@connection', '+subscribe', '+info'];

it('reports once that Redis refuses the channel, and is subscribed after the grant', async () => {
  await redis.cli('ACL', 'SETUSER', 'relay', 'on', '>sesame-1', ...permitted);
  const publisher = await stage.publisher(redis.url.replace('//', '//relay:sesame-1@'));
  expect(await notSubscribed(publisher)).toContain('test_websocket');
  expect(await redisState(publisher)).toBe('refused');
  await redis.cli('ACL', 'SETUSER', 'relay', '&test_websocket');
  await subscribed(publisher);
  await delivers('after');
  const reports = publisher.lines('stderr').filter((line) => line.includes('not subscribed'));
  expect(reports).toHaveLength(1);
  expect(publisher.output).not.toContain('sesame');
});

it('reports a refused password without telling it, and recovers when it is right', async () => {
  const may = [...permitted, '&test_websocket'];
  await redis.cli('ACL', 'SETUSER', 'relay', 'on', '>sesame-1', ...may);
  const publisher = await stage.publisher(redis.url.replace('//', '//relay:sesame-2@'));
  expect(await notSubscribed(publisher)).toContain(
    'WRONGPASS: REDIS_URL needs its user and password',
  );
  expect(await redisState(publisher)).not.toBe('subscribed');
  await redis.cli('ACL', 'SETUSER', 'relay', '>sesame-2');
  await subscribed(publisher);
  await delivers('after');
  const reports = publisher.lines('stderr').filter((line) => line.includes('not subscribed'));
  expect(reports).toHaveLength(1);
  expect(publisher.output).not.toContain('sesame');
  expect(publisher.output).not.toMatch(/^\s+at /m);
});

it('reports once that Redis asks for a password when none was given', async () => {
  await redis.cli('CONFIG', 'SET', 'requirepass', 'sesame');
  const publisher = await stage.publisher(redis.url);
  expect(await notSubscribed(publisher)).toContain('NOAUTH: REDIS_URL needs its user and password');
  expect(await redisState(publisher)).not.toBe('subscribed');
  expect(await publisher.stop()).toBe(0);
  const reports = publisher.lines('stderr').filter((line) => line.includes('not subscribed'));
  expect(reports).toHaveLength(1);
});
