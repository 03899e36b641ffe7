import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RecordedProcess } from '@relay/testing';
import { env, mainOf, Stage, subscribed, workspace } from './stage.js';

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

afterEach(() => stage.clear());

/** Where its first line says that it listens. */
async function originOf(process: RecordedProcess): Promise<string> {
  const line = await process.waitForLine('stderr', /(listening on|health at) \w+:/);
  return (/\w+:\/\/[^/]+/.exec(line)?.[0] ?? '').replace('ws:', 'http:');
}

describe.each(['publisher', 'consumer'] as const)('the %s answers over HTTP', (app) => {
  it('with the headers that a web service should have, errors too', async () => {
    const origin = await originOf(stage.run(app, '--port=0'));
    for (const path of ['/health/live', '/nowhere']) {
      const { headers } = await fetch(`${origin}${path}`);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.has('x-powered-by')).toBe(false);
      expect(headers.has('server')).toBe(false);
    }
  });

  it('and takes a request that offers HTTP/2 for the plain one that it is', async () => {
    const { hostname: host, port } = new URL(await originOf(stage.run(app, '--port=0')));
    const headers = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': '' };
    const outgoing = request({ host, port, path: '/health/live', headers }).end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-security-policy']).toContain("default-src 'none'");
    response.resume();
  });
});

describe('a full disk under stdout', () => {
  it('loses nothing: what cannot be printed is a dead letter, and what comes next has its turn', async () => {
    const redis = await stage.redis();
    const port = String(await stage.consumerPort());
    const consumer = RecordedProcess.start(
      '/bin/sh',
      ['-c', `exec "$0" "$@" > /dev/full`, process.execPath, mainOf('consumer'), `--port=${port}`],
      { env, cwd: workspace },
    );
    try {
      const publisher = await stage.publisher(redis.url);
      await subscribed(publisher);
      await publisher.waitForLine('stderr', 'connected to');
      for (const text of ['one', 'two']) await redis.cli('PUBLISH', 'test_websocket', text);
      for (const text of ['one', 'two']) {
        const line = await consumer.waitForLine('stderr', `"payload":"${text}"`);
        expect(JSON.parse(line)).toMatchObject({ kind: 'dead-letter', attempts: 3 });
        expect(line).toContain('ENOSPC');
      }
      expect(await publisher.stop()).toBe(0); // everything is acknowledged
    } finally {
      await consumer.stop();
    }
  });
});
