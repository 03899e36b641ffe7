import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { freePort, RecordedProcess, RedisServer, TestFolder } from '@relay/testing';
import { chmodSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { dirname, resolve } from 'node:path';

const workspace = resolve(import.meta.dirname, '..');

/** A Redis that takes for ever to start, and ends with the connection to the test at the latest. */
const neverReady = (port: number): string => `#!${process.execPath}
  const socket = require('node:net').connect(${port}, '127.0.0.1');
  socket.on('end', () => process.exit());
`;

let folder: TestFolder;
let server: Server;
let sockets: Socket[];
let demo: RecordedProcess;

beforeEach(async () => {
  folder = new TestFolder();
  sockets = [];
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    sockets.push(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});

afterEach(async () => {
  await demo.stop();
  for (const socket of sockets) socket.destroy();
  server.close();
  folder.remove();
});

/** The demo, to the point where its own Redis would be ready. */
function start(redisUrl: string): void {
  const redis = folder.write('redis-server', neverReady((server.address() as AddressInfo).port));
  chmodSync(redis, 0o755);
  demo = RecordedProcess.start(
    process.execPath,
    ['--import', '@swc-node/register/esm-register', 'tools/demo.ts'],
    {
      cwd: workspace,
      env: {
        TS_NODE_PROJECT: 'tsconfig.base.json',
        NODE_OPTIONS: undefined,
        REDIS_URL: redisUrl,
        PATH: `${dirname(redis)}:${process.env['PATH'] ?? ''}`,
      },
    },
  );
}

test('leaves no Redis behind when it is ended while that starts', async () => {
  start(`redis://127.0.0.1:${await freePort()}`);
  const [redis] = (await once(server, 'connection')) as [Socket];
  redis.resume();
  demo.signal('SIGINT');
  await once(redis, 'close');
  expect(await demo.exited).toEqual({ code: 0, signal: null });
});

test('tells a Redis that refuses from one that does not answer', async () => {
  const guarded = await RedisServer.start({ args: ['--requirepass', 'sesame'] });
  try {
    start(guarded.url.replace('//', '//:hunter2@'));
    const line = await demo.waitForLine('stdout', 'starts a private one');
    expect(line).toContain(`the Redis at 127.0.0.1:${guarded.port} refuses (WRONGPASS:`);
    expect(demo.output).not.toContain('hunter2');
  } finally {
    await guarded.stop();
  }
});
