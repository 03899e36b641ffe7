import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchBrowser } from './browser.js';
import { LivePage, PlayedConsumer } from './live-page.js';
import { PageStage } from './page-stage.js';
import { chain, eventful, figuresAt, items, message, welcome } from './scene.js';

const stage = new PageStage();
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
  await stage.startConsumer();
});

afterAll(async () => {
  await browser.close();
  await stage.clear();
});

it.each([1280, 360])(
  'axe finds nothing in any state, light or dark, %s pixels wide',
  async (width) => {
    const look = { viewport: { width, height: 780 }, reducedMotion: 'reduce' } as const;
    const live = await LivePage.create(browser, await stage.pageUrl(), look);
    const played = await PlayedConsumer.at(live, [welcome(), chain()]);
    const findings: string[] = [];
    const check = async (state: string): Promise<void> => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await live.page.emulateMedia({ colorScheme });
        const found = await live.axeFindings();
        findings.push(...found.map((finding) => `${state}, ${colorScheme}: ${finding}`));
      }
    };

    await live.show();
    await live.page.getByText('Waiting for messages').waitFor();
    await check('empty');

    played.say(eventful());
    await live.line('12 messages missing').waitFor();
    await check('live, with a gap and a dead letter');

    await live
      .message('message 1')
      .getByRole('button', { name: /^Details/ })
      .click();
    await live
      .message('{"order":"not a number"}')
      .getByRole('button', { name: /^Details/ })
      .click();
    await live
      .line('89 50 4e 47')
      .getByRole('button', { name: /^Details/ })
      .click();
    await check('unfolded');

    played.say({ event: 'items', data: { after: 5, upTo: 5012, items: [message(5012)] } });
    played.say({ event: 'figures', data: figuresAt(Date.now(), 90) });
    await live.page.getByText(/showing \d+ of 5,0\d\d messages of this second/).waitFor();
    await check('sampled');

    await live.button('Pause').click();
    played.say(items(message(5013)));
    await live.page.getByText('came meanwhile').waitFor();
    await check('paused');

    await live.field('Filter by text').fill('nothing has this text');
    await live.line('12 messages missing').waitFor();
    await check('filtered');

    await live.button('Help: the keys').click();
    await live.page.getByRole('dialog').waitFor();
    await check('help');
    await live.page.keyboard.press('Escape');

    await played.leave(live);
    await live.page.getByText('Disconnected from the consumer').waitFor();
    await check('disconnected');

    expect(findings).toEqual([]);
    expect(live.problems).toEqual([]);
    await live.close();
  },
);
