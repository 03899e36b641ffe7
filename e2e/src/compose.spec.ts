import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import { freePort } from '@relay/testing';
import { parse } from 'yaml';
import { type App, Stage, workspace } from './stage.js';

interface Service {
  readonly environment?: Record<string, unknown>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Record<string, { readonly condition: string }>;
}

const { services } = parse(readFileSync(resolve(workspace, 'compose.yaml'), 'utf8')) as {
  services: Record<string, Service>;
};

const stage = new Stage();
afterAll(() => stage.clear());

/** The exit code of the health check of an app, were it to listen at this port. */
async function check(app: App, port: number): Promise<unknown> {
  const [kind, command = '', ...args] = services[app]?.healthcheck?.test ?? [];
  expect([kind, command]).toEqual(['CMD', 'node']);
  const inContainer = app === 'consumer' ? services[app]?.environment?.['CONSUMER_PORT'] : 3000;
  const there = args.map((arg) => arg.replace(`:${String(inContainer)}/`, `:${port}/`));
  expect(there).not.toEqual(args);
  const run = promisify(execFile)(command, there);
  return run.then(() => 0).catch((error: unknown) => (error as { code: unknown }).code);
}

describe.each<App>(['publisher', 'consumer'])('the health check of the %s', (app) => {
  it('finds that it is well, also without anybody else', async () => {
    const started = stage.run(app, '--port=0');
    const line = await started.waitForLine('stderr', /health at|listening on/);
    expect(await check(app, Number(/:(\d+)\//.exec(line)?.[1]))).toBe(0);
  });

  it('finds that it is not, or is not there', async () => {
    const server = createServer((_, response) => response.writeHead(503).end());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    expect(await check(app, (server.address() as AddressInfo).port)).toBe(1);
    server.close();
    expect(await check(app, await freePort())).toBe(1);
  });
});

it('no service waits for the health of one that has no check', () => {
  const awaited = Object.values(services).flatMap(({ depends_on = {} }) =>
    Object.keys(depends_on).filter((name) => depends_on[name]?.condition === 'service_healthy'),
  );
  expect(awaited).toContain('redis');
  for (const name of awaited) expect(services[name]?.healthcheck?.test).toBeDefined();
});
