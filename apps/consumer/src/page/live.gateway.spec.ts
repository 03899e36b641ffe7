import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { encodeLive, LIVE_PATH, type PayloadDto, RELAY_PATH } from '@relay/contracts';
import { TestFolder } from '@relay/testing';
import { WebSocket } from 'ws';
import * as z from 'zod/mini';
import type { MessageHandler } from '../handling/message-handler.js';
import { bareMessage, gap, message, recordLog } from '../handling/testing/recording.js';
import { LIMITS } from '../limits.js';
import { PublisherClient } from '../reception/testing/publisher-client.js';
import { type PageUnderTest, startPage } from './testing/page-under-test.js';
import { statusOfUpgrade, ViewerClient } from './testing/viewer-client.js';

const MiB = 1024 * 1024;

class Refusing implements MessageHandler {
  handle(): void {
    throw new Error('not me');
  }
}

const ordersDto: PayloadDto<number> = { channel: 'orders', format: 'json', schema: z.number() };

let page: PageUnderTest;

beforeEach(async () => {
  recordLog();
  page = await startPage();
});

afterEach(() => page.close());

function countOf(limit: string): number {
  return new Map<string, number>(page.reached.counts).get(limit) ?? -1;
}

async function metric(name: string): Promise<number> {
  const [, value] = new RegExp(`^${name} (.*)$`, 'm').exec(await page.metrics()) ?? [];
  return Number(value);
}

describe('a page', () => {
  it('is shown what there is, and then what comes', async () => {
    await page.bring(message('before'));
    const viewer = await ViewerClient.watch(page.port);
    expect(await viewer.next('welcome')).toMatchObject({ feed: page.feed.id, publishTo: null });
    expect(await viewer.next('items')).toMatchObject({
      after: 0,
      upTo: 1,
      items: [{ preview: 'before' }],
    });
    expect(await viewer.next('chain')).toMatchObject({
      publishers: [],
      hidden: 0,
      consumer: { name: 'consumer', state: 'starting' },
      viewers: 1,
    });
    await page.bring(gap(), message('now'));
    expect(await viewer.next('items')).toMatchObject({
      after: 1,
      upTo: 3,
      items: [{ kind: 'gap' }, { preview: 'now' }],
    });
  });

  it('that comes back goes on after what it has seen, of this feed', async () => {
    await page.bring(message('1'), message('2'), message('3'));
    const items = async (feed: string, upTo: number): Promise<unknown> => {
      const viewer = await ViewerClient.watch(page.port, { feed, upTo });
      return await viewer.next('items');
    };
    expect(await items(page.feed.id, 2)).toMatchObject({ after: 2, items: [{ preview: '3' }] });
    expect(await items('another', 2)).toMatchObject({ after: 0, upTo: 3 });
    expect(await items(page.feed.id, 1000)).toMatchObject({ after: 0, upTo: 3 });
  });

  it.each([
    ['that refused it', new Refusing(), 1],
    ['whose shape of a payload it has not', Object.assign(new Refusing(), { dto: ordersDto }), 0],
  ])(
    'is told of the dead letters of a handler %s, behind the message',
    async (_, handler, attempts) => {
      await page.close();
      page = await startPage({}, [handler]);
      await page.bring(message('x', 'orders'));
      const viewer = await ViewerClient.watch(page.port);
      expect((await viewer.next('items')).items).toMatchObject([
        { kind: 'message', preview: 'x' },
        { kind: 'dead-letter', channel: 'orders', handler: 'Refusing', attempts },
      ]);
    },
  );

  it('gets the same frames as every other, and figures each second', async () => {
    const viewers = [await ViewerClient.watch(page.port), await ViewerClient.watch(page.port)];
    for (const viewer of viewers) await viewer.next('items');
    await page.bring(message('x'), bareMessage('y'), gap({ count: 2 }));
    const seen = await Promise.all(viewers.map((viewer) => viewer.next('items')));
    expect(seen[0]).toEqual(seen[1]);
    expect(await viewers[0]?.next('figures')).toMatchObject({
      handled: 2,
      gaps: 1,
      missing: 2,
      deadLetters: 0,
      waiting: 0,
    });
    expect(await metric('relay_page_viewers')).toBe(2);
    expect(await metric('relay_page_items_shown_total')).toBe(3);
  });

  it('sees the publishers, and that one came again', async () => {
    const { client: first } = await PublisherClient.greet(page.port, { publisher: 'p' });
    await first.close();
    const hello = { publisher: 'p', connection: 2 };
    const { client: second } = await PublisherClient.greet(page.port, hello);
    second.status({ subscribed: true, since: 5, waiting: 7 });
    await second.roundTrip();
    const viewer = await ViewerClient.watch(page.port);
    expect((await viewer.next('chain')).publishers).toMatchObject([
      { name: 'p', state: 'connected', redis: { subscribed: true, since: 5 }, waiting: 7 },
    ]);
    expect(await viewer.next('figures')).toMatchObject({ reconnects: 1, waiting: 7 });
  });

  it('that says what there is not is closed, and counted', async () => {
    const closed = async (frame: string | Buffer): Promise<unknown> => {
      const viewer = await ViewerClient.open(page.port);
      viewer.send(frame);
      return await viewer.closed;
    };
    const code = 4500;
    expect(await closed('{"event":"hello","data":{}}')).toMatchObject({ code });
    expect(await closed('hello')).toEqual({ code, reason: 'the frame is not JSON' });
    expect(await closed(Buffer.from('{}'))).toMatchObject({ code });
    expect(await metric('relay_page_invalid_frames_total')).toBe(3);
  });

  it('that says it at the wrong time is closed', async () => {
    const hasty = await ViewerClient.open(page.port);
    hasty.say({ event: 'publish', data: { request: 1, channel: 'c', text: 't' } });
    expect(await hasty.closed).toMatchObject({ code: 4501 });
    const twice = await ViewerClient.watch(page.port);
    twice.say({ event: 'watch', data: { seen: null } });
    expect(await twice.closed).toMatchObject({ code: 4501 });
  });

  it('cannot say more than a test message', async () => {
    const viewer = await ViewerClient.watch(page.port);
    viewer.send('x'.repeat(LIMITS.viewerFrameBytes + 1));
    expect(await viewer.closed).toMatchObject({ code: 1009 });
  });
});

describe('a page that does not read', () => {
  /** Sends a `refused` of more than the network takes for one that does not read, and one that is left out. */
  function stuff(now = performance.now()): void {
    const problem = 'x'.repeat(16 * MiB);
    const frame = encodeLive({ event: 'refused', data: { request: 1, problem } });
    page.viewers.send(frame, now);
    page.viewers.send(frame, now);
    expect(page.viewers.skipped).toBe(1);
  }

  it('is left out, and sees by the places that it was', async () => {
    const viewer = await ViewerClient.watch(page.port);
    expect(await viewer.next('items')).toMatchObject({ upTo: 0 });
    viewer.pause();
    stuff();
    const other = await ViewerClient.watch(page.port);
    await other.next('chain');
    await page.bring(message('missed'));
    expect(await other.next('items')).toMatchObject({ after: 0, upTo: 1 });
    viewer.resume();
    await viewer.next('refused');
    await viewer.roundTrip();
    await page.bring(message('seen'));
    expect(await viewer.next('items')).toMatchObject({ after: 1, upTo: 2 });
    expect(await metric('relay_page_frames_skipped_total')).toBeGreaterThanOrEqual(2);
  });

  it('is not listened to either, until it reads', async () => {
    const added = jest.spyOn(page.viewers, 'add');
    const viewer = await ViewerClient.watch(page.port);
    await viewer.next('chain');
    const [[socket] = []] = added.mock.calls;
    if (!socket) throw new Error('the page has no viewer');
    viewer.pause();
    stuff();
    const paused = new Promise((resolve) => {
      const pause = socket.pause.bind(socket);
      socket.pause = () => {
        pause();
        resolve(socket.isPaused);
      };
    });
    const ask = (request: number): void => {
      viewer.say({ event: 'publish', data: { request, channel: 'c', text: 't' } });
    };
    ask(2);
    expect(await paused).toBe(true);
    ask(3);
    viewer.resume();
    for (const request of [1, 2, 3]) {
      expect(await viewer.next('refused')).toMatchObject({ request });
    }
  });

  it('and goes on like that is cut off, and others are not', async () => {
    const viewer = await ViewerClient.watch(page.port);
    await viewer.next('chain');
    viewer.pause();
    const now = Math.floor(performance.now()); // 30,000 behind a fraction may be a little less
    stuff(now);
    const other = await ViewerClient.watch(page.port);
    await other.next('chain');
    const refused = (request: number): string =>
      encodeLive({ event: 'refused', data: { request, problem: 'x' } });
    page.viewers.send(refused(1), now + 29_999);
    expect(page.viewers.count).toBe(2);
    page.viewers.send(refused(2), now + 30_000);
    viewer.resume();
    expect(await viewer.closed).toMatchObject({ code: 1006 });
    expect(await other.next('refused')).toMatchObject({ request: 1 });
    expect(countOf('viewer-unread')).toBe(1);
  });
});

describe('in time', () => {
  /** The consumer's timers obey the spec, those of the network do not. */
  async function startWith(settings: Record<string, string>): Promise<void> {
    await page.close();
    jest.useFakeTimers({
      doNotFake: ['hrtime', 'nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'],
    });
    page = await startPage(settings);
  }

  afterEach(() => {
    jest.useRealTimers();
  });

  it('a page that says nothing is sent away, and one that watches is not', async () => {
    await startWith({});
    const silent = await ViewerClient.open(page.port);
    const watching = await ViewerClient.watch(page.port);
    await watching.next('chain');
    jest.advanceTimersByTime(LIMITS.helloMs);
    expect(await silent.closed).toEqual({ code: 4000, reason: 'no watch came' });
    expect(page.viewers.count).toBe(1);
    expect(countOf('hello-time')).toBe(1);
  });

  it('a page is sent away when its token is taken away', async () => {
    const folder = new TestFolder();
    await startWith({ PAGE_TOKEN_FILE: folder.write('token', 'first') });
    const authorization = 'Bearer first';
    const session = `http://127.0.0.1:${page.port}/session`;
    const { headers } = await fetch(session, { method: 'POST', headers: { authorization } });
    const cookie = headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    const viewer = await ViewerClient.open(page.port, { cookie });
    viewer.say({ event: 'watch', data: { seen: null } });
    await viewer.next('chain');
    folder.write('token', 'second');
    jest.advanceTimersByTime(10_000);
    expect(await viewer.closed).toEqual({
      code: 1008,
      reason: 'the session is over: log in again',
    });
    folder.remove();
  });
});

it('pages take no room from publishers, and not all of it from each other', async () => {
  const viewers: ViewerClient[] = [];
  for (let n = 0; n < LIMITS.viewersPerAddress; n++) {
    viewers.push(await ViewerClient.open(page.port));
  }
  expect(await statusOfUpgrade(page.port, {})).toBe(429);
  expect(countOf('viewers-per-address')).toBe(1);
  expect(await statusOfUpgrade(page.port, {}, RELAY_PATH)).toBe(101);
  await viewers[0]?.close();
  await page.bring(message('x')); // what was said before is heard by now
  expect(await statusOfUpgrade(page.port, {})).toBe(101);
});

it('a sub-protocol is not agreed on at the page', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${page.port}${LIVE_PATH}`, ['other', 'relay.v1']);
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toContain('no subprotocol');
});
