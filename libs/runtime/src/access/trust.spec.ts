import 'reflect-metadata';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Inject,
  type INestApplication,
  Logger,
  Module,
  Req,
  UseGuards,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { accessProviders, type ProxyKnowledge } from './access-providers.js';
import { RecordedLog } from '@relay/testing';
import { HTTP_LIMITS, type HttpLimit } from '../bounds/http-limits.js';
import { Metrics } from '../metrics/metrics.js';
import { isLoopback } from './local-request.js';
import { measureRefusals, Refusals } from './refusals.js';
import { GuesserGuard, Trust, TrustedGuard } from './trust.js';

@Controller()
class SecretsController {
  constructor(@Inject(Trust) private readonly trust: Trust) {}

  @Get()
  @UseGuards(TrustedGuard)
  read(): string {
    return 'details';
  }

  @Get('status')
  @UseGuards(GuesserGuard)
  status(@Req() request: IncomingMessage): string {
    return this.trust.isTrusted(request) ? 'details' : 'status';
  }
}

class Reached {
  readonly limits: HttpLimit[] = [];

  add(limit: HttpLimit): void {
    this.limits.push(limit);
  }
}

@Module({})
class TestModule {}

let app: INestApplication | undefined;
let log: RecordedLog;

beforeEach(() => {
  log = new RecordedLog();
});

afterEach(async () => {
  await app?.close();
});

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

interface Settings {
  readonly relayToken?: string[];
  readonly relayTokenFile?: string;
  readonly metricsPublic?: boolean;
}

async function start(settings: Settings, proxies: ProxyKnowledge = {}): Promise<void> {
  const config = { metricsPublic: false, ...settings };
  const providers = [Reached, ...accessProviders(config, Reached, proxies)];
  app = await NestFactory.create(
    { module: TestModule, controllers: [SecretsController], providers },
    { logger: false },
  );
  await app.listen(0, '0.0.0.0');
  Logger.overrideLogger(log);
}

async function get(path: string, headers = {}, host = '127.0.0.1'): Promise<Answer> {
  const { port } = (app?.getHttpServer() as Server).address() as AddressInfo;
  const outgoing = request({ host, port, path, headers }).end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks = await response.toArray();
  return {
    status: response.statusCode,
    body: Buffer.concat(chunks as Buffer[]).toString(),
    headers: response.headers,
  };
}

async function ask(
  settings: Settings,
  headers: Record<string, string> = {},
  host?: string,
): Promise<Answer> {
  await start(settings);
  return get('/', headers, host);
}

describe('the guard of what strangers may not see', () => {
  it('lets this machine see it', async () => {
    expect(await ask({ relayToken: ['sesame'] })).toMatchObject({ status: 200, body: 'details' });
  });

  it.each([
    ['a request for another Host', { Host: 'relay.example.com' }],
    ['a request for a Host that begins alike', { Host: 'localhost.example.com' }],
    ['a request that a proxy on this machine passed on', { 'X-Forwarded-For': '203.0.113.7' }],
    ['the same, of which only the scheme is told', { 'X-Forwarded-Proto': 'https' }],
    ['the same, in the standard way', { Forwarded: 'for=203.0.113.7' }],
    ['a wrong token', { Host: 'relay.example.com', Authorization: 'Bearer wrong' }],
  ])('answers %s with 401 and the names of the settings', async (_, headers) => {
    const answer = await ask({ relayToken: ['sesame'] }, headers);
    expect(answer).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="relay"' },
    });
    expect(answer.body).toContain('RELAY_TOKEN');
    expect(answer.body).toContain('METRICS_PUBLIC');
    expect(answer.body).not.toContain('sesame');
  });

  it('lets a stranger with the token see it', async () => {
    const headers = { Host: 'relay.example.com', Authorization: 'Bearer sesame' };
    expect((await ask({ relayToken: ['sesame'] }, headers)).status).toBe(200);
  });

  it('lets no stranger see it where there is no token', async () => {
    const headers = { Host: 'relay.example.com', Authorization: 'Bearer undefined' };
    expect((await ask({}, headers)).status).toBe(401);
  });

  it('lets everybody see it with METRICS_PUBLIC', async () => {
    expect((await ask({ metricsPublic: true }, { Host: 'relay.example.com' })).status).toBe(200);
  });

  it('takes nobody for this machine who comes over another address', async () => {
    const [address] = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal);
    if (address === undefined) return; // a machine without a network
    const { status } = await ask({}, { Host: 'localhost' }, address.address);
    expect(status).toBe(401);
  });
});

describe('a request that a proxy on this machine passed on without a word', () => {
  it('is of no stranger as long as nobody says that there is a proxy', async () => {
    expect((await ask({ relayToken: ['sesame'] })).status).toBe(200);
  });

  it('needs the token where TRUST_PROXY says so', async () => {
    await start({ relayToken: ['sesame'] }, { isProxy: (address) => address === '127.0.0.1' });
    expect((await get('/')).status).toBe(401);
    expect((await get('/', { Authorization: 'Bearer sesame' })).status).toBe(200);
  });

  it('needs it when it is made with HTTP/1.0, as nginx does', async () => {
    await start({ relayToken: ['sesame'] });
    const { port } = (app?.getHttpServer() as Server).address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET / HTTP/1.0\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    expect(Buffer.concat((await socket.toArray()) as Buffer[]).toString()).toContain(' 401 ');
  });
});

describe('who brings wrong tokens', () => {
  const wrong = { Host: 'relay.example.com', Authorization: 'Bearer wrong' };
  const right = { Host: 'relay.example.com', Authorization: 'Bearer sesame' };

  async function count(status: string): Promise<number> {
    const metrics = new Metrics();
    if (app) measureRefusals(metrics, app.get(Refusals));
    const series = `relay_refused_connections_total{status="${status}"} `;
    const line = (await metrics.text()).split('\n').find((text) => text.startsWith(series));
    return Number(line?.slice(series.length));
  }

  it('is counted, and told at 1, 10, …, without them; also where strangers see something', async () => {
    await start({ relayToken: ['sesame'] });
    for (let n = 0; n < 5; n += 1) await get('/', wrong);
    for (let n = 0; n < 6; n += 1) expect((await get('/status', wrong)).body).toBe('status');
    expect(await count('401')).toBe(11);
    expect(await count('503')).toBe(0);
    expect(log.lines).toHaveLength(2);
    expect(log.lines[1]).toMatch(/127\.0\.0\.1 with HTTP 401, 10 so far/);
    expect(log.lines.join()).not.toContain('wrong');
  });

  it('is one of others who bring none, and are not counted where they see something', async () => {
    await start({ relayToken: ['sesame'] });
    expect((await get('/status', { Host: 'relay.example.com' })).body).toBe('status');
    expect(await count('401')).toBe(0);
    await get('/', { Host: 'relay.example.com' });
    expect(await count('401')).toBe(1);
  });

  it('is refused when it is too often, and nobody else at the same address', async () => {
    await start({ relayToken: ['sesame'] });
    for (let n = 0; n < HTTP_LIMITS.refusalsAtOncePerAddress; n += 1) await get('/', wrong);
    let answer = await get('/status', wrong);
    while (answer.status === 200) answer = await get('/status', wrong);
    expect(answer).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1', connection: 'close' },
    });
    expect((await get('/status', right)).body).toBe('details');
    expect((await get('/status', { Host: 'relay.example.com' })).body).toBe('status');
    expect(app?.get(Reached).limits).toContain('refusals-per-address');
    expect(await count('429')).toBeGreaterThan(0);
  });

  it('is told that it is not known while the file of the tokens cannot be read', async () => {
    const answer = await ask({ relayTokenFile: '/nowhere/token' }, wrong);
    expect(answer).toMatchObject({ status: 503 });
    expect(answer.body).toContain('RELAY_TOKEN_FILE');
  });
});

describe('isLoopback', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.8.9.10', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['10.0.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['localhost', false],
  ])('of %s is %s', (address, expected) => {
    expect(isLoopback(address)).toBe(expected);
  });
});
