import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type CertificateFiles, Tokens, type TokenSettings } from '@relay/runtime';
import { type Certificate, RecordedLog, TestAuthority, TestFolder } from '@relay/testing';
import { ConnectProxy } from './connect-proxy.js';
import { ConsumerAccess } from './consumer-access.js';
import { Delivery } from './delivery.js';
import { ScriptedConsumer } from './testing/scripted-consumer.js';

const VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

let environment: NodeJS.ProcessEnv;
let authority: TestAuthority;
let certificate: Certificate;
let folder: TestFolder;
let servers: Server[];
let proxy: ConnectProxy;
let delivery: Delivery | undefined;
let log: RecordedLog;

beforeAll(async () => {
  authority = await TestAuthority.create();
  certificate = await authority.issue('consumer.test');
});

beforeEach(async () => {
  environment = { ...process.env };
  for (const name of VARIABLES) Reflect.deleteProperty(process.env, name);
  folder = new TestFolder();
  servers = [];
  proxy = await ConnectProxy.start();
  log = new RecordedLog();
  Logger.overrideLogger(log);
});

afterEach(async () => {
  jest.useRealTimers();
  jest.restoreAllMocks();
  await delivery?.drain(AbortSignal.abort());
  delivery = undefined;
  await proxy.stop();
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  folder.remove();
  process.env = environment;
});

function connect(url: string, tokens: TokenSettings = {}, files: CertificateFiles = {}): void {
  delivery = new Delivery({
    name: 'publisher',
    consumerUrls: [url],
    bounds: { maxMessages: 10, maxBytes: 1000 },
    access: new ConsumerAccess(new Tokens(tokens), files),
  });
  delivery.start();
}

/** Timers of half a minute and more do not run; they are told as `timer`, with what they would do and when. */
function holdLongTimers(): EventEmitter {
  const held = new EventEmitter();
  const { setTimeout } = globalThis;
  jest.spyOn(globalThis, 'setTimeout').mockImplementation(((callback: () => void, ms = 0) => {
    if (ms < 30_000) return setTimeout(callback, ms);
    queueMicrotask(() => held.emit('timer', callback, ms));
    return undefined;
  }) as typeof setTimeout);
  return held;
}

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

interface Refusing {
  readonly url: string;
  readonly server: Server;
  readonly requests: readonly IncomingMessage[];
}

/** A server that answers every upgrade with this HTTP status, and what it was sent. */
async function refusing(status: number): Promise<Refusing> {
  const requests: IncomingMessage[] = [];
  const server = createServer();
  server.on('upgrade', (request, socket) => {
    requests.push(request);
    socket.on('error', () => socket.destroy());
    socket.end(`HTTP/1.1 ${status} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  });
  return { url: `ws://127.0.0.1:${await listening(server)}/relay`, server, requests };
}

describe('the token', () => {
  it('is sent as Bearer, the first of several', async () => {
    const { url, requests } = await refusing(503);
    connect(url, { relayToken: ['first', 'second'] });
    await log.said('HTTP 503');
    expect(requests[0]?.headers.authorization).toBe('Bearer first');
  });

  it('is not sent when there is none', async () => {
    const { url, requests } = await refusing(401);
    connect(url);
    expect(await log.said('HTTP 401')).toContain('set RELAY_TOKEN');
    expect(requests[0]?.headers.authorization).toBeUndefined();
  });

  it('is read from its file anew for each connection', async () => {
    const { url, server, requests } = await refusing(503);
    const relayTokenFile = folder.write('token', 'first');
    connect(url, { relayTokenFile });
    await log.said('HTTP 503');
    folder.write('token', 'second');
    while (requests.at(-1)?.headers.authorization !== 'Bearer second')
      await once(server, 'upgrade');
  });

  it('whose file is missing keeps the publisher from connecting, and is told', async () => {
    connect('ws://127.0.0.1:9/relay', { relayTokenFile: folder.path('none') });
    expect(await log.said('consumer at')).toContain('RELAY_TOKEN_FILE cannot be read');
  });

  it('that is wrong is told once, loudly and without it, and tried again slowly', async () => {
    const { url, requests } = await refusing(401);
    const slowRetries = holdLongTimers();
    connect(url, { relayToken: ['hunter2'] });
    for (let attempt = 1; attempt < 4; attempt += 1) {
      const [again, delayMs] = (await once(slowRetries, 'timer')) as [() => void, number];
      expect(delayMs).toBeLessThanOrEqual(60_000);
      again();
    }
    await once(slowRetries, 'timer');
    expect(requests).toHaveLength(4);
    const told = log.lines.filter((text) => text.includes('HTTP 401'));
    expect(told).toEqual([expect.stringMatching(/RELAY_TOKEN.*needs a person/)]);
    expect(log.lines.join()).not.toContain('hunter2');
  });
});

describe('TLS', () => {
  /** A consumer with a certificate, on a server with these options. */
  async function consumerOverTls(
    mutual = {},
  ): Promise<{ url: string; consumer: ScriptedConsumer }> {
    const server = createTlsServer({ ...certificate, ...mutual });
    const consumer = ScriptedConsumer.on(server);
    return { url: `wss://127.0.0.1:${await listening(server)}/relay`, consumer };
  }

  function own(): CertificateFiles {
    return { ca: folder.write('ca', authority.cert) };
  }

  it('is guessed where ws:// gets no answer', async () => {
    const { url, consumer } = await consumerOverTls();
    connect(url.replace('wss:', 'ws:'));
    expect(await log.said('ECONNRESET')).toContain('ws:// at one that speaks TLS?');
    await consumer.stop();
  });

  it('connects to a consumer whose authority is in CONSUMER_CA_FILE', async () => {
    const { url, consumer } = await consumerOverTls();
    connect(url, {}, own());
    await (await consumer.connection(1)).welcome();
    await log.said('connected to');
    await delivery?.drain(AbortSignal.abort());
    await consumer.stop();
  });

  it('does not connect to another, and asks for a person', async () => {
    const { url } = await consumerOverTls();
    connect(url);
    expect(await log.said('not trusted')).toMatch(/CONSUMER_CA_FILE.*needs a person/);
  });

  it('shows its own certificate to a consumer that asks for one', async () => {
    const mutual = { ca: authority.cert, requestCert: true, rejectUnauthorized: true };
    const { url, consumer } = await consumerOverTls(mutual);
    const { cert, key } = await authority.issue('publisher');
    const files = { ...own(), cert: folder.write('cert', cert), key: folder.write('key', key) };
    connect(url, {}, files);
    await (await consumer.connection(1)).welcome();
    await log.said('connected to');
    await delivery?.drain(AbortSignal.abort());
    await consumer.stop();
  });

  it('asks for a person when it has none to show', async () => {
    const mutual = { ca: authority.cert, requestCert: true, rejectUnauthorized: true };
    const { url } = await consumerOverTls(mutual);
    connect(url, {}, own());
    expect(await log.said('CLIENT_CERT_FILE')).toContain('needs a person');
  });

  it('tells of files that are gone, and tries again', async () => {
    const { url } = await consumerOverTls();
    connect(url, {}, { ca: folder.path('none') });
    expect(await log.said('consumer at')).toMatch(/CONSUMER_CA_FILE.*ENOENT.*trying again/);
  });
});

describe('an HTTP proxy', () => {
  let consumer: ScriptedConsumer;

  beforeEach(async () => {
    consumer = await ScriptedConsumer.start();
  });

  afterEach(async () => {
    await delivery?.drain(AbortSignal.abort());
    await consumer.stop();
  });

  function urlOf(host: string): string {
    return `ws://${host}:${consumer.port}/relay`;
  }

  it('of HTTP_PROXY is gone through to ws://, with the credentials in its URL', async () => {
    process.env['HTTP_PROXY'] = proxy.url.replace('//', '//me:hunter2@');
    connect(urlOf('consumer.test'));
    await (await consumer.connection(1)).welcome();
    await log.said('connected to');
    expect(proxy.asked).toEqual([`consumer.test:${consumer.port}`]);
    expect(proxy.credentials).toEqual([`Basic ${Buffer.from('me:hunter2').toString('base64')}`]);
    expect(log.lines.join()).not.toContain('hunter2');
  });

  it('of HTTPS_PROXY is gone through to wss://; it sees nothing of what is inside', async () => {
    process.env['HTTPS_PROXY'] = proxy.url;
    const server = createTlsServer(certificate);
    const secure = ScriptedConsumer.on(server);
    const port = await listening(server);
    const files = { ca: folder.write('ca', authority.cert) };
    connect(`wss://consumer.test:${port}/relay`, { relayToken: ['sesame'] }, files);
    await (await secure.connection(1)).welcome();
    await log.said('connected to');
    expect(proxy.asked).toEqual([`consumer.test:${port}`]);
    await delivery?.drain(AbortSignal.abort());
    await secure.stop();
  });

  it.each(['127.0.0.1', '127.0.0.1:PORT', '*'])(
    'is left aside where NO_PROXY is %s',
    async (no) => {
      process.env['HTTP_PROXY'] = proxy.url;
      process.env['NO_PROXY'] = no.replace('PORT', String(consumer.port));
      connect(urlOf('127.0.0.1'));
      await (await consumer.connection(1)).welcome();
      await log.said('connected to');
      expect(proxy.asked).toEqual([]);
    },
  );

  it('of HTTPS_PROXY is not for ws://', async () => {
    process.env['HTTPS_PROXY'] = proxy.url;
    connect(urlOf('127.0.0.1'));
    await (await consumer.connection(1)).welcome();
    expect(proxy.asked).toEqual([]);
  });

  it('that refuses is told apart from the consumer, and gets no token', async () => {
    process.env['HTTP_PROXY'] = proxy.url.replace('//', '//me:hunter2@');
    proxy.refusal = 407;
    connect(urlOf('consumer.test'), { relayToken: ['sesame'] });
    const asked = proxy.wasAsked();
    const line = await log.said('the proxy answers HTTP 407');
    expect(line).toContain(`through the proxy http://me:***@127.0.0.1:${proxy.port}`);
    expect(line).toContain('needs a person');
    const received = Buffer.concat((await (await asked).toArray()) as Buffer[]).toString();
    expect(received).not.toContain('sesame');
    expect(log.lines.join()).not.toMatch(/hunter2|sesame/);
  });

  it('that is silent is given up in time', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'performance', 'Date'] });
    process.env['HTTP_PROXY'] = proxy.url;
    proxy.refusal = 0;
    connect(urlOf('consumer.test'));
    const socket = await proxy.wasAsked();
    socket.resume();
    jest.advanceTimersByTime(10_000);
    await Promise.all([log.said('does not answer in time'), once(socket, 'end')]);
  });

  it('that the environment names in a way that nobody understands is told', async () => {
    process.env['HTTP_PROXY'] = 'socks5://me:hunter2@127.0.0.1:1080';
    connect(urlOf('127.0.0.1'));
    expect(await log.said('consumer at')).toContain('socks5://me:***@127.0.0.1:1080');
  });
});
