import 'reflect-metadata';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, type INestApplication, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { accessProviders } from './access-providers.js';
import { isLoopback } from './local-request.js';
import { TrustedGuard } from './trust.js';

@Controller()
class SecretsController {
  @Get()
  @UseGuards(TrustedGuard)
  read(): string {
    return 'details';
  }
}

@Module({})
class TestModule {}

let app: INestApplication | undefined;

afterEach(async () => {
  await app?.close();
});

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly challenge: string | undefined;
}

async function ask(
  settings: { relayToken?: string[]; metricsPublic?: boolean },
  headers: Record<string, string> = {},
  host = '127.0.0.1',
): Promise<Answer> {
  const providers = accessProviders({ metricsPublic: false, ...settings });
  app = await NestFactory.create(
    { module: TestModule, controllers: [SecretsController], providers },
    { logger: false },
  );
  await app.listen(0, '0.0.0.0');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  const outgoing = request({ host, port, headers }).end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks = await response.toArray();
  return {
    status: response.statusCode,
    body: Buffer.concat(chunks as Buffer[]).toString(),
    challenge: response.headers['www-authenticate'],
  };
}

describe('the guard of what strangers may not see', () => {
  it('lets this machine see it', async () => {
    expect(await ask({ relayToken: ['sesame'] })).toMatchObject({ status: 200, body: 'details' });
  });

  it.each([
    ['a request for another Host', { Host: 'relay.example.com' }],
    ['a request for a Host that begins alike', { Host: 'localhost.example.com' }],
    ['a request that a proxy on this machine passed on', { 'X-Forwarded-For': '203.0.113.7' }],
    ['the same, in the standard way', { Forwarded: 'for=203.0.113.7' }],
    ['a wrong token', { Host: 'relay.example.com', Authorization: 'Bearer wrong' }],
  ])('answers %s with 401 and the names of the settings', async (_, headers) => {
    const answer = await ask({ relayToken: ['sesame'] }, headers);
    expect(answer).toMatchObject({ status: 401, challenge: 'Bearer realm="relay"' });
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
