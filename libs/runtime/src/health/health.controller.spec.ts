import 'reflect-metadata';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Trust } from '../access/trust.js';
import { Metrics } from '../metrics/metrics.js';
import { MetricsController } from '../metrics/metrics.controller.js';
import { HealthController } from './health.controller.js';
import { HealthSource, type Readiness } from './health-source.js';

const since = new Date('2026-09-21T14:13:20.000Z');

@Module({})
class TestModule {}

let app: INestApplication;
let ready: boolean;
let isTrusted: boolean;
let guessesTooOften: boolean;

const trust: Pick<Trust, 'isTrusted' | 'refusalOf' | 'refusalOfGuesser'> = {
  isTrusted: () => isTrusted,
  refusalOf: () => (isTrusted ? undefined : { status: 401, message: 'no' }),
  refusalOfGuesser: () => (guessesTooOften ? { status: 429, message: 'too often' } : undefined),
};

class Source extends HealthSource {
  read(): object {
    return { state: 'listening' };
  }

  readiness(): Readiness {
    return { ready, parts: { process: { ok: ready, since } } };
  }
}

beforeEach(async () => {
  ready = true;
  isTrusted = true;
  guessesTooOften = false;
  const metrics = new Metrics();
  metrics.gauge({ name: 'relay_ready', help: 'R.', read: () => Number(ready) });
  app = await NestFactory.create(
    {
      module: TestModule,
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: HealthSource, useValue: new Source() },
        { provide: Metrics, useValue: metrics },
        { provide: Trust, useValue: trust },
      ],
    },
    { logger: false },
  );
  await app.listen(0, '127.0.0.1');
});

afterEach(async () => {
  await app.close();
});

async function get(path: string): Promise<Response> {
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  return await fetch(`http://127.0.0.1:${port}${path}`);
}

describe('/health/ready', () => {
  it('is 200 when it is, with each part and since when', async () => {
    const response = await get('/health/ready');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      ready: true,
      parts: { process: { ok: true, since: since.toISOString() } },
    });
  });

  it('is 503 when it is not', async () => {
    ready = false;
    const response = await get('/health/ready');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ ready: false });
  });

  it.each([true, false])('tells a stranger no more than that it is %s', async (is) => {
    isTrusted = false;
    ready = is;
    const response = await get('/health/ready');
    expect(response.status).toBe(is ? 200 : 503);
    expect(await response.json()).toEqual({ ready: is });
  });
});

describe('/health/live', () => {
  it('is 200 and tells since when, ready or not', async () => {
    ready = false;
    const response = await get('/health/live');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ live: true, since: expect.any(String) });
  });

  it('is 200 to a stranger, and tells no more', async () => {
    isTrusted = false;
    const response = await get('/health/live');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ live: true });
  });
});

describe('/health', () => {
  it('is 200 whether it is ready or not', async () => {
    ready = false;
    const response = await get('/health');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ state: 'listening' });
  });

  it('tells a stranger the status alone', async () => {
    isTrusted = false;
    const response = await get('/health');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ ready: true });
  });
});

it.each(['/health', '/health/live', '/health/ready'])(
  '%s is not for who brings wrong tokens too often',
  async (path) => {
    guessesTooOften = true;
    expect((await get(path)).status).toBe(429);
  },
);

describe('/metrics', () => {
  it('is in the format of Prometheus', async () => {
    const response = await get('/metrics');
    expect(response.headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await response.text()).toContain('\nrelay_ready 1\n');
  });

  it('is not for strangers', async () => {
    isTrusted = false;
    expect((await get('/metrics')).status).toBe(401);
  });
});

it.each(['/health', '/health/live', '/health/ready', '/metrics'])(
  'what %s says is kept by nobody on the way',
  async (path) => {
    expect((await get(path)).headers.get('Cache-Control')).toBe('no-store');
  },
);
