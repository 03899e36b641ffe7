import { afterAll, beforeAll, beforeEach, afterEach, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchBrowser } from './browser.js';
import { LivePage } from './live-page.js';
import { PageStage } from './page-stage.js';

const stage = new PageStage();
let browser: Browser;
let live: LivePage;

beforeAll(async () => {
  browser = await launchBrowser();
  await stage.chain();
});

afterAll(async () => {
  await browser.close();
  await stage.clear();
});

beforeEach(async () => {
  live = await LivePage.open(browser, await stage.pageUrl());
  await live.isLive();
  await live.button('Clear').click();
});

afterEach(async () => {
  expect(live.problems).toEqual([]);
  await live.close();
});

it('shows messages in the order in which they were published', async () => {
  const texts = Array.from({ length: 8 }, (_, n) => `message ${String(n)}`);
  await stage.publish(...texts);
  await live.message('message 7').waitFor();
  expect(await live.payloads()).toEqual(texts);
});

it('says how a first message comes', async () => {
  await live.page.getByText('Waiting for messages').waitFor();
  await live.page.getByText('Publish one with the box on this page').waitFor();
});

it('shows the chain, every stop of it in words', async () => {
  await live.node('Redis', 'subscribed since').waitFor();
  await live.node('publisher', 'connected since').waitFor();
  await live.node('consumer', 'listening since').waitFor();
});

it('filters by channel and by text, with a link that carries the filter', async () => {
  await stage.redisServer.cli('PUBLISH', 'orders', 'apple pie');
  await stage.redisServer.cli('PUBLISH', 'orders', 'pear tart');
  await stage.publish('apple juice');
  await live.message('apple juice').waitFor();
  await live.field('Filter by text').fill('APPLE');
  await live.message('pear tart').waitFor({ state: 'detached' });
  expect(await live.payloads()).toEqual(['apple pie', 'apple juice']);
  await live.field('Filter by channel').fill('ord*');
  await live.message('apple juice').waitFor({ state: 'detached' });
  const { hash } = new URL(live.page.url());

  const other = await LivePage.create(browser, await stage.pageUrl());
  await other.show(hash);
  await other.message('apple pie').waitFor();
  expect(await other.payloads()).toEqual(['apple pie']);
  expect(await other.field('Filter by text').inputValue()).toBe('APPLE');
  await other.close();
});

it('counts while it is paused, and shows it all when it goes on', async () => {
  await stage.publish('before');
  await live.message('before').waitFor();
  await live.button('Pause').click();
  await stage.publish('one', 'two', 'three');
  await live.page.getByText('3 messages came meanwhile').waitFor();
  expect(await live.payloads()).toEqual(['before']);
  await live.button('Resume').click();
  await live.message('three').waitFor();
  expect(await live.payloads()).toEqual(['before', 'one', 'two', 'three']);
});

it('folds JSON, bytes and long payloads, and loads the whole of them when asked', async () => {
  const long = `{"id":12345678901234567890,"rest":"${'x'.repeat(3000)}"}`;
  await stage.redisServer.cli('PUBLISH', 'test_websocket', long);
  await stage.redisServer.cli('PUBLISH', 'test_websocket', Buffer.from([0x89, 0xff, 0x00]));
  const bytes = live.message('89 ff 00');
  await bytes.getByRole('button', { name: /^Details/ }).click();
  await bytes.getByText('00000000').waitFor();

  const json = live.line('3 KB');
  await json.getByRole('button', { name: /^Details/ }).click();
  await json.getByText('The first 1 KB of 3 KB').waitFor();
  await json.getByRole('button', { name: /^Load all/ }).click();
  await json.getByRole('button', { name: 'JSON' }).click();
  await json.locator('.json').getByText('12345678901234567890').waitFor(); // not rounded
  await json.getByRole('button', { name: 'Text' }).click();
  expect(await json.locator('pre.text').textContent()).toBe(long);
});

it('publishes through Redis and the whole chain', async () => {
  await live.field('Payload').fill('from the page');
  await live.button('Publish').click();
  await live.message('from the page').waitFor();
  await live.page.getByText('Redis gave it to 1 subscriber').waitFor();
});

it('can be used with the keyboard alone', async () => {
  await stage.publish('first', 'second');
  await live.message('second').waitFor();
  const { keyboard } = live.page;
  await keyboard.press('?');
  const help = live.page.getByRole('dialog', { name: 'Keys' });
  await help.getByText('jump to the newest message').waitFor();
  await help.getByLabel('Use single keys').press('Space');
  await keyboard.press('Escape');
  await help.waitFor({ state: 'hidden' });
  await keyboard.press('c'); // does nothing now
  await live.button('Help: the keys').press('Enter');
  await help.waitFor(); // a key is pressed where the focus is, and nothing hidden has it
  await help.getByLabel('Use single keys').press('Space');
  await keyboard.press('Escape');
  await help.waitFor({ state: 'hidden' });

  await keyboard.press('/');
  await keyboard.type('first');
  await live.message('second').waitFor({ state: 'detached' });
  await live.page.keyboard.press('ControlOrMeta+A');
  await keyboard.press('Delete');
  await live.message('second').waitFor();
  await keyboard.press('Escape'); // to the messages

  await keyboard.press('ArrowUp');
  await keyboard.press('ArrowUp');
  await keyboard.press('Enter');
  await live.message('first').getByText('taken in').waitFor();
  await keyboard.press('Enter');
  await live.page.getByText('taken in').waitFor({ state: 'detached' });

  await keyboard.press('p');
  await stage.publish('third');
  await live.page.getByText('1 message came meanwhile').waitFor();
  await keyboard.press('End');
  await live.message('third').waitFor();
  await keyboard.press('c');
  await live.page.getByText('Waiting for messages').waitFor();
});
