/** Takes the pictures of the live page in docs/images: the built apps, a private Redis, a lively scene. */
import { mkdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import {
  chromiumFlags,
  chromiumIsMissing,
  findChromium,
  freePort,
  RecordedProcess,
  RedisServer,
} from '@relay/testing';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const images = 'docs/images';
/** How many orders come before it is pictured, so that the charts have something to show: a minute of them. */
const ORDERS = 400;
/** Larger than a pipe: nobody reads it, so the handler that prints it hangs and is given up. */
const UNREAD_BYTES = 400_000;

interface Picture {
  readonly name: string;
  readonly look: BrowserContextOptions;
  /** Whether a message is open in it. */
  readonly unfolds: boolean;
}

const desktop = { width: 1440, height: 900 };

const pictures: readonly Picture[] = [
  { name: 'live-page-light', look: { viewport: desktop }, unfolds: true },
  { name: 'live-page-dark', look: { viewport: desktop, colorScheme: 'dark' }, unfolds: true },
  { name: 'live-page-phone', look: { viewport: { width: 390, height: 844 } }, unfolds: false },
];

const stops: (() => Promise<unknown>)[] = [];

function start(
  app: 'publisher' | 'consumer',
  args: string[],
  env: Record<string, string>,
): RecordedProcess {
  const running = RecordedProcess.start(process.execPath, [`dist/apps/${app}/main.js`, ...args], {
    env: { NO_COLOR: '1', RELAY_TOKEN: undefined, ...env },
  });
  stops.push(() => running.stop());
  return running;
}

/** A shop, a greenhouse and a camera, for so many orders. */
async function play(redis: RedisServer, first: number, orders: number): Promise<void> {
  for (let n = first; n < first + orders; n++) {
    const order = 4810 + n;
    const paid = { order, paid: true, by: n % 3 === 0 ? 'transfer' : 'card' };
    const created = {
      ...{ order, customer: 'Ada Lovelace', total: 129.9, currency: 'EUR' },
      items: [
        { sku: 'A-17', count: 2 },
        { sku: 'C-03', count: 1 },
      ],
      express: n % 2 === 0,
    };
    await redis.cli('PUBLISH', 'orders.created', JSON.stringify(created));
    await redis.cli('PUBLISH', 'orders.paid', JSON.stringify(paid));
    if (n % 3 === 0)
      await redis.cli('PUBLISH', 'greenhouse/3', `temperature=21.${n % 10} humidity=48`);
    if (n % 5 === 0) await redis.cli('PUBLISH', 'camera/door', png);
    await setTimeout(120 + 100 * Math.sin(n / 12));
  }
}

const png = Buffer.from('89504e470d0a1a0a0000000d49484452000001400000', 'hex');

async function open(browser: Browser, url: string, { look }: Picture): Promise<Page> {
  const page = await browser.newPage({ ...look, reducedMotion: 'reduce' });
  await page.goto(url);
  await page.locator('.row').first().waitFor();
  return page;
}

async function take(page: Page, { name, unfolds }: Picture): Promise<void> {
  if (unfolds) await unfold(page);
  await page.locator('.tally [data-trouble=true]', { hasText: 'dead letters' }).waitFor();
  await page.screenshot({ path: `${images}/${name}.png` });
}

/** The last order is opened, as somebody would who wants to see it. */
async function unfold(page: Page): Promise<void> {
  const order = page.locator('.row', { hasText: `"order":${4810 + ORDERS + 4},"customer"` });
  await order.getByRole('button', { name: /^Details/ }).click();
  await order.locator('.json').waitFor();
}

/** A gap: nobody heard what was published meanwhile. */
async function breakRedis(redis: RedisServer, publisher: RecordedProcess): Promise<void> {
  const before = publisher.lines('stderr').length;
  await redis.restart();
  await publisher.waitForLine('stderr', 'subscribed to', before);
}

/** A dead letter: it cannot be printed in time, as nobody reads what is printed. */
async function refuseOne(redis: RedisServer, consumer: RecordedProcess): Promise<void> {
  consumer.pauseReading('stdout');
  await redis.cli('PUBLISH', 'camera/door', Buffer.alloc(UNREAD_BYTES, png));
  await consumer.waitForLine('stderr', 'refused a message');
  consumer.resumeReading('stdout');
}

async function takeAll(): Promise<void> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(chromiumIsMissing);
  mkdirSync(images, { recursive: true });
  const redis = await RedisServer.start();
  stops.push(() => redis.stop());
  const port = await freePort();
  const consumer = start(
    'consumer',
    ['--host=127.0.0.1', `--port=${port}`, '--output=json', '--handler-timeout-ms=1000'],
    { PAGE_REDIS_URL: redis.url },
  );
  await consumer.waitForLine('stderr', 'listening on');
  const publisher = start(
    'publisher',
    ['--port=0', `--consumer-url=ws://127.0.0.1:${port}/relay`, '--redis-channels=*'],
    { REDIS_URL: redis.url },
  );
  await publisher.waitForLine('stderr', 'connected to');
  await publisher.waitForLine('stderr', 'subscribed to');
  const browser = await chromium.launch({ executablePath, args: [...chromiumFlags] });
  stops.push(() => browser.close());
  await play(redis, 0, ORDERS);
  const pages = await Promise.all(
    pictures.map((picture) => open(browser, `http://127.0.0.1:${port}/`, picture)),
  );
  await breakRedis(redis, publisher);
  await play(redis, ORDERS + 2, 1);
  await refuseOne(redis, consumer);
  await play(redis, ORDERS + 4, 1);
  for (const [index, picture] of pictures.entries()) {
    const page = pages[index];
    if (page !== undefined) await take(page, picture);
  }
  process.stdout.write(`The pictures are in ${images}.\n`);
}

try {
  await takeAll();
} finally {
  for (const stop of stops.reverse()) await stop();
}
