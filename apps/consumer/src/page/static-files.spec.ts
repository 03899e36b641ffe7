import { request } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { loadConfig, Refusals } from '@relay/runtime';
import { consumerSettings } from '../consumer.config.js';
import { ConsumerModule } from '../consumer.module.js';
import { LimitsReached } from '../limits.js';
import { Admission } from '../reception/admission.js';
import { RelayAdapter } from '../reception/relay-adapter.js';
import { bareMessage, recordLog } from '../handling/testing/recording.js';
import { type PageUnderTest, startPage } from './testing/page-under-test.js';
import { statusOfUpgrade } from './testing/viewer-client.js';

let page: PageUnderTest;

beforeAll(async () => {
  recordLog();
  page = await startPage();
});

afterAll(() => page.close());

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Asks for exactly this path, which `fetch` would tidy up. */
async function ask(path: string, method = 'GET', port = page.port): Promise<Answer> {
  const asking = request({ host: '127.0.0.1', port, path, method }).end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  const body = Buffer.concat((await response.toArray()) as Buffer[]).toString();
  return { status: response.statusCode, headers: response.headers, body };
}

describe('the page', () => {
  it('is asked for again each time, and may load nothing from elsewhere', async () => {
    const { status, headers, body } = await ask('/');
    expect({ status, body }).toEqual({ status: 200, body: '<!doctype html><title>page</title>' });
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy':
        "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;" +
        "connect-src 'self';font-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
  });

  it('has assets that never change', async () => {
    const { status, headers } = await ask('/assets/main-1a2b3c.js');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
  });

  it('answers HEAD without the body', async () => {
    const { status, headers, body } = await ask('/', 'HEAD');
    expect({ status, body, length: headers['content-length'] }).toEqual({
      status: 200,
      body: '',
      length: '34',
    });
  });

  it.each([
    '/assets',
    '/assets/',
    '/assets/gone.js',
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/%00',
    '//etc/passwd',
  ])('is not at %s', async (path) => {
    const { status, headers, body } = await ask(path);
    expect([400, 403, 404]).toContain(status);
    expect(body).not.toMatch(/nobody is to see this|root:/);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'/);
    expect(headers['cache-control']).toBeUndefined();
  });
});

describe('whole payloads', () => {
  it('are bytes to be saved, while they are kept', async () => {
    await page.bring(bareMessage('<script>alert(1)</script>'));
    page.feed.history(null);
    const { status, headers, body } = await ask(`/live/payloads/${page.feed.id}/1`);
    expect({ status, body }).toEqual({ status: 200, body: '<script>alert(1)</script>' });
    expect(headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="payload.bin"',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
  });

  it.each(['FEED/2', 'another/1', 'FEED/x', 'FEED/1e0.5'])('are not at %s', async (path) => {
    const { status, body } = await ask(`/live/payloads/${path.replace('FEED', page.feed.id)}`);
    expect(status).toBe(404);
    expect(body).toContain('no longer kept');
  });
});

it('PAGE=false leaves nothing of it', async () => {
  const config = loadConfig(consumerSettings, { PAGE: 'false' }, []);
  const app = await NestFactory.create(ConsumerModule.register(config), { logger: false });
  const bounds = { limits: config, reached: new LimitsReached(), refusals: app.get(Refusals) };
  app.useWebSocketAdapter(new RelayAdapter(app, app.get(Admission), bounds));
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  for (const path of ['/', '/session', '/live/payloads/x/1']) {
    expect((await ask(path, 'GET', port)).status).toBe(404);
  }
  expect(await statusOfUpgrade(port, {})).toBe(404);
  await app.close();
});
