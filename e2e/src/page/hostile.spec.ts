import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchBrowser } from './browser.js';
import { LivePage, PlayedConsumer } from './live-page.js';
import { PageStage } from './page-stage.js';
import { chain, deadLetter, gap, items, message, welcome } from './scene.js';

const hostile = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '"><iframe src="javascript:alert(1)">',
  '<a href="javascript:alert(1)" autofocus onfocus=alert(1)>click</a>',
  '<link rel=stylesheet href=//evil.example/x.css><style>*{display:none}</style>',
  '<img src="//evil.example/pixel">',
  '{"__proto__":{"innerHTML":"<img src=x onerror=alert(1)>"},"a":"</script><script>alert(1)"}',
  "';alert(1)//${alert(1)}{{constructor.constructor('alert(1)')()}}",
];

const stage = new PageStage();
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
  await stage.chain();
});

afterAll(async () => {
  await browser.close();
  await stage.clear();
});

it('shows payloads and channel names as the text that they are', async () => {
  const live = await LivePage.open(browser, await stage.pageUrl());
  await live.isLive();
  for (const text of hostile) await stage.redisServer.cli('PUBLISH', text, text);
  await live.message(hostile.at(-1) ?? '').waitFor();
  expect(await live.payloads()).toEqual(hostile);
  expect(await live.page.locator('.row .channel').allInnerTexts()).toEqual(hostile);

  for (const text of hostile.slice(-2)) {
    const row = live.message(text).first();
    await row.getByRole('button', { name: /^Details/ }).click();
    await row.getByRole('button', { name: 'Text' }).click();
    expect(await row.locator('pre.text').textContent()).toBe(text);
  }
  expect(live.problems).toEqual([]);
  await live.close();
});

it('shows everything else that others wrote as text, too', async () => {
  const live = await LivePage.create(browser, await stage.pageUrl());
  const nasty = hostile.join(' ');
  const refused = message(1, { publisher: nasty, pattern: nasty, id: nasty });
  const played = await PlayedConsumer.at(live, [
    welcome(hostile),
    chain({
      publishers: [{ name: nasty, state: 'connected', since: 1, redis: null, waiting: 0 }],
      consumer: { name: nasty, state: 'listening', since: 1 },
    }),
    items(
      refused,
      gap(2, { reason: nasty, publisher: nasty }),
      deadLetter(3, refused, { handler: nasty, error: nasty }),
    ),
  ]);
  await live.show(`#text=${encodeURIComponent(hostile[1] ?? '')}`);
  expect(await live.field('Filter by text').inputValue()).toBe(hostile[1]);
  await live.field('Filter by text').fill('');
  played.say({ event: 'refused', data: { request: 1, problem: nasty } });
  const folds = live.page.locator('.fold');
  for (const [index, details] of [/taken in/, /refused it after/].entries()) {
    await folds.nth(index).click();
    await live.line(details).first().waitFor();
    const active = live.page.locator('script, iframe, img, style, a[href^="javascript"]');
    expect(await active.count()).toBe(1); // its own script
    await folds.nth(index).click(); // unfolded, it would push the other out of what is drawn
  }
  expect(live.problems).toEqual([]);
  await live.close();
});
