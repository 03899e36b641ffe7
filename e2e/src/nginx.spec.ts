import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  freePort,
  NginxServer,
  type RecordedProcess,
  type RedisServer,
  TestAuthority,
  TestFolder,
} from '@relay/testing';
import { WebSocket } from 'ws';
import { said, Stage, subscribed, workspace } from './stage.js';

const RELAY_TOKEN = 'nginx-spec-token';
/** Both ends ping every 5 s; nginx cuts what is quiet for this long. */
const READ_TIMEOUT_S = 6;

let stage: Stage;
let folder: TestFolder;
let nginx: NginxServer;
let redis: RedisServer;
let consumer: RecordedProcess;
let publisher: RecordedProcess;
let authority: TestAuthority;
let url: string;

beforeEach(async () => {
  stage = new Stage();
  folder = new TestFolder();
  authority = await TestAuthority.create();
  const { cert, key } = await authority.issue();
  const [port, consumerPort] = [await freePort(), await freePort()];
  url = `wss://localhost:${port}/relay`;
  nginx = await NginxServer.start(
    adapted(port, consumerPort, folder.write('cert.pem', cert), folder.write('key.pem', key)),
  );
  redis = await stage.redis();
  consumer = stage.runWith(
    { env: { RELAY_TOKEN, TRUST_PROXY: 'loopback' } },
    'consumer',
    '--host=127.0.0.1',
    `--port=${consumerPort}`,
    '--output=raw',
  );
  await consumer.waitForLine('stderr', 'listening on');
  publisher = stage.runWith(
    {
      env: {
        RELAY_TOKEN,
        REDIS_URL: redis.url,
        CONSUMER_CA_FILE: folder.write('ca.pem', authority.cert),
        NO_PROXY: '*',
      },
    },
    'publisher',
    `--consumer-url=${url}`,
    '--port=0',
  );
  await subscribed(publisher);
  await publisher.waitForLine('stderr', 'connected to consumer');
});

afterEach(async () => {
  await stage.clear();
  await nginx.stop();
  folder.remove();
});

/** `deploy/nginx/relay.conf` with the places of this test in it, and less patience. */
function adapted(port: number, consumerPort: number, cert: string, key: string): string {
  const changes: [RegExp, string][] = [
    [/listen 443 ssl;/, `listen 127.0.0.1:${port} ssl;`],
    [/listen \[::\]:443 ssl;/, ''],
    [/server_name .*;/, 'server_name localhost;'],
    [/server 127\.0\.0\.1:3001;/, `server 127.0.0.1:${consumerPort};`],
    [/ssl_certificate .*;/, `ssl_certificate ${cert};`],
    [/ssl_certificate_key .*;/, `ssl_certificate_key ${key};`],
    [/proxy_read_timeout .*;/, `proxy_read_timeout ${READ_TIMEOUT_S}s;`],
    [/proxy_send_timeout .*;/, `proxy_send_timeout ${READ_TIMEOUT_S}s;`],
  ];
  let site = readFileSync(join(workspace, 'deploy/nginx/relay.conf'), 'utf8');
  for (const [from, to] of changes) {
    expect(site).toMatch(from);
    site = site.replace(from, to);
  }
  return site;
}

async function publish(...payloads: string[]): Promise<void> {
  for (const payload of payloads) await redis.cli('PUBLISH', 'test_websocket', payload);
}

it('passes messages on, through TLS', async () => {
  await publish('one', 'two', 'x'.repeat(1024 * 1024), 'three');
  await consumer.waitForLine('stdout', 'three');
  expect(consumer.lines('stdout')).toEqual(['one', 'two', 'x'.repeat(1024 * 1024), 'three']);
});

it('lets idle connections stand for longer than its patience', async () => {
  const headers = { Authorization: `Bearer ${RELAY_TOKEN}` };
  const linesBefore = said(publisher);
  const idle = new WebSocket(url, { ca: authority.cert, headers });
  await once(idle, 'ping');
  await once(idle, 'ping'); // 5 s after the first, 10 s after the beginning
  await publish('after a while');
  await consumer.waitForLine('stdout', 'after a while');
  expect(said(publisher)).toBe(linesBefore);
  expect(idle.readyState).toBe(WebSocket.OPEN);
  idle.terminate();
});

it('loses nothing when it reads its files again and cuts every connection', async () => {
  const numbers = Array.from({ length: 300 }, (_, n) => `${n + 1}`);
  const linesBefore = said(publisher);
  await publish(...numbers.slice(0, 100));
  const reloaded = nginx.reload();
  await publish(...numbers.slice(100, 200));
  await reloaded;
  await publisher.waitForLine('stderr', 'connected to consumer', linesBefore);
  await publish(...numbers.slice(200));
  await consumer.waitForLine('stdout', '300');
  expect(consumer.lines('stdout')).toEqual(numbers);
});
