import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { RecordedProcess } from '@relay/testing';
import type { Browser } from 'playwright-core';
import { env, mainOf, workspace } from '../stage.js';
import { launchBrowser, STRANGE_HOST } from './browser.js';
import { LivePage } from './live-page.js';
import { PageStage } from './page-stage.js';

let browser: Browser;
let stage: PageStage;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(() => browser.close());

beforeEach(() => {
  stage = new PageStage();
});

afterEach(() => stage.clear());

it('shows a gap where messages may be missing, and goes on', async () => {
  await stage.chain();
  const live = await LivePage.open(browser, await stage.pageUrl());
  await live.isLive();
  await stage.publish('before');
  await live.message('before').waitFor();
  await stage.redisServer.restart();
  await live.line(/^Messages may be missing, .*: Redis restarted/).waitFor();
  await live.node('Redis', 'subscribed since').waitFor();
  await stage.publish('after');
  await live.message('after').waitFor();
  const lines = await live.page.locator('.band, .row').allInnerTexts();
  const places = ['before', 'Redis restarted', 'after'].map((text) =>
    lines.findIndex((line) => line.includes(text)),
  );
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(live.problems).toEqual([]);
  await live.close();
});

it('shows dead letters with their error, and marks the message', async () => {
  const port = String(await stage.consumerPort());
  const consumer = RecordedProcess.start(
    '/bin/sh',
    ['-c', `exec "$0" "$@" > /dev/full`, process.execPath, mainOf('consumer'), `--port=${port}`],
    { env, cwd: workspace },
  );
  try {
    await consumer.waitForLine('stderr', 'listening on');
    const redis = await stage.redis();
    const publisher = await stage.publisher(redis.url);
    await publisher.waitForLine('stderr', 'subscribed to ');
    const live = await LivePage.open(browser, await stage.pageUrl('localhost'));
    await redis.cli('PUBLISH', 'test_websocket', 'unprintable');
    await live.line(/Dead letter.*PrintMessages refused it after 3 attempts: .*ENOSPC/s).waitFor();
    const message = live.message('unprintable');
    await message.getByText('dead letter').waitFor();
    await message.getByRole('button', { name: /^Details/ }).click();
    await message.getByText('refused it after 3 attempts').waitFor();
    await live.close();
  } finally {
    await consumer.stop();
  }
});

it('goes on without doubles after the consumer was killed', async () => {
  await stage.chain();
  const live = await LivePage.open(browser, await stage.pageUrl());
  await live.isLive();
  await stage.publish('one', 'two');
  await live.message('two').waitFor();

  await stage.killConsumer();
  await live.page.getByText('Disconnected from the consumer').waitFor();
  await live.node('Redis', 'not known').waitFor();
  await live.page.locator('.figure', { hasText: 'Messages' }).getByText('–').waitFor();
  await stage.publish('while it was down');
  await stage.startConsumer();
  await live.line('The consumer was started again').waitFor();
  await live.message('while it was down').waitFor();
  await stage.publish('three');
  await live.message('three').waitFor();
  expect(await live.payloads()).toEqual(['one', 'two', 'while it was down', 'three']);
  await live.page.getByText('Disconnected from the consumer').waitFor({ state: 'detached' });
  expect(live.problems).toEqual([]);
  await live.close();
});

it('asks strangers for the token, which is in no URL', async () => {
  await stage.chain();
  await stage.publish('secret plans');
  const live = await LivePage.create(browser, await stage.pageUrl(STRANGE_HOST));
  const urls: string[] = [];
  live.page.on('request', (request) => urls.push(request.url()));
  await live.show();
  await live.page.getByRole('heading', { name: 'Log in to see the messages' }).waitFor();
  expect(await live.axeFindings()).toEqual([]);

  await live.field('Token').fill('not-the-token');
  await live.button('Log in').click();
  await live.page.getByRole('alert').getByText('That token is not the right one.').waitFor();
  expect(await live.page.content()).not.toContain('secret plans');

  await live.field('Token').fill(env['RELAY_TOKEN'] ?? '');
  await live.field('Token').press('Enter');
  await live.message('secret plans').waitFor();
  await live.page.reload();
  await live.message('secret plans').waitFor(); // the cookie opens it
  await live.button('Log out').click();
  await live.page.getByRole('heading', { name: 'Log in to see the messages' }).waitFor();
  expect(urls.filter((url) => url.includes('token'))).toEqual([]);
  expect(live.problems).toEqual([]);
  await live.close();
});
