import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort, RedisServer } from '@relay/testing';
import { message, recordLog } from '../handling/testing/recording.js';
import { LIMITS } from '../limits.js';
import { TestPublisher } from './test-publisher.js';
import { type PageUnderTest, startPage } from './testing/page-under-test.js';
import { ViewerClient } from './testing/viewer-client.js';

let redis: RedisServer;
let page: PageUnderTest | undefined;

beforeAll(async () => {
  redis = await RedisServer.start();
});

afterAll(() => redis.stop());

beforeEach(() => {
  recordLog();
});

afterEach(async () => {
  await page?.close();
  page = undefined;
});

/** A viewer of a page with this `PAGE_REDIS_URL`. */
async function viewerOf(url: string): Promise<ViewerClient> {
  page = await startPage({ PAGE_REDIS_URL: url });
  return await ViewerClient.watch(page.port);
}

function publish(viewer: ViewerClient, request: number, channel = 'test_websocket'): void {
  viewer.say({ event: 'publish', data: { request, channel, text: `text ${request}` } });
}

describe('a test message', () => {
  it('goes to Redis, which says how many subscribers got it', async () => {
    const viewer = await viewerOf(redis.url);
    expect(await viewer.next('welcome')).toMatchObject({ publishTo: ['test_websocket'] });
    publish(viewer, 1);
    expect(await viewer.next('published')).toEqual({ request: 1, receivers: 0 });
  });

  it('goes to channels from which publishers brought something, and to no other', async () => {
    const viewer = await viewerOf(redis.url);
    publish(viewer, 1, 'orders');
    expect(await viewer.next('refused')).toMatchObject({
      request: 1,
      problem: expect.stringContaining('there are test_websocket.'),
    });
    await page?.bring(message('x', 'orders'));
    expect(await viewer.next('channels')).toEqual({ publishTo: ['test_websocket', 'orders'] });
    publish(viewer, 2, 'orders');
    expect(await viewer.next('published')).toMatchObject({ request: 2 });
    const another = await ViewerClient.watch(page?.port ?? 0);
    expect(await another.next('welcome')).toMatchObject({
      publishTo: ['test_websocket', 'orders'],
    });
  });

  it('is refused while Redis is away, and goes when it is back', async () => {
    const own = await RedisServer.start();
    const viewer = await viewerOf(own.url);
    await own.kill();
    publish(viewer, 1);
    expect(await viewer.next('refused')).toEqual({
      request: 1,
      problem: 'Redis (PAGE_REDIS_URL) does not answer: ECONNREFUSED.',
    });
    await own.restart();
    publish(viewer, 2);
    expect(await viewer.next('published')).toMatchObject({ request: 2 });
    await own.kill();
    publish(viewer, 3);
    expect(await viewer.next('refused')).toMatchObject({ request: 3 });
    await own.stop();
  });

  it('is refused when they are too many', async () => {
    const viewer = await viewerOf(redis.url);
    for (let n = 1; n <= LIMITS.publishesAtOnce; n++) {
      publish(viewer, n);
      await viewer.next('published');
    }
    publish(viewer, 99);
    expect(await viewer.next('refused')).toMatchObject({
      request: 99,
      problem: expect.stringContaining('Too many'),
    });
  });

  it('is refused where PAGE_REDIS_URL is not set', async () => {
    const viewer = await viewerOf('');
    publish(viewer, 1);
    expect(await viewer.next('refused')).toMatchObject({
      problem: expect.stringContaining('PAGE_REDIS_URL is not set'),
    });
  });
});

describe('a Redis', () => {
  it('that does not answer is not waited for', async () => {
    const own = await RedisServer.start();
    const publisher = new TestPublisher(own.url, 100);
    await publisher.publish('c', 't');
    own.freeze();
    await expect(publisher.publish('c', 't')).rejects.toThrow('does not answer');
    own.thaw();
    publisher.onModuleDestroy();
    await own.stop();
  });

  it('that wants a password is told of without it', async () => {
    const port = await freePort();
    const own = await RedisServer.start({ args: ['--requirepass', 'right'], port });
    for (const url of [own.url, own.url.replace('//', '//:hunter2@')]) {
      const publisher = new TestPublisher(url);
      const refused = publisher.publish('c', 't');
      await expect(refused).rejects.toThrow(/refused it: (NOAUTH|WRONGPASS)/);
      await expect(refused).rejects.not.toThrow('hunter2');
      publisher.onModuleDestroy();
    }
    await own.stop();
  });
});
