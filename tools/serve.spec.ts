import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RecordedProcess } from '@relay/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const workspace = resolve(import.meta.dirname, '..');

/** An app that, once asked to end, drains until the test lets it go. */
const drainingApp = (port: number, version: string): string => `
  import { connect } from 'node:net';
  const socket = connect(${port}, '127.0.0.1');
  process.on('SIGTERM', () => console.log('${version} draining'));
  socket.on('end', () => {
    console.log('${version} drained');
    process.exit(0);
  });
  socket.on('connect', () => console.log('${version} started', ...process.argv.slice(2)));
`;

const crashingApp = `console.log('crashed'); process.exit(2);`;

let folder: string;
let entry: string;
let server: Server;
let port: number;
let sockets: Socket[];
let serve: RecordedProcess;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'relay-serve-'));
  entry = join(folder, 'main.mjs');
  sockets = [];
  server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    sockets.push(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ({ port } = server.address() as AddressInfo);
});

afterEach(async () => {
  await serve.stop('SIGKILL');
  for (const socket of sockets) socket.destroy();
  server.close();
  rmSync(folder, { recursive: true });
});

function start(code: string, ...flags: string[]): void {
  writeFileSync(entry, code);
  serve = RecordedProcess.start(
    process.execPath,
    ['--import', '@swc-node/register/esm-register', 'tools/serve.ts', entry, ...flags],
    { cwd: workspace, env: { TS_NODE_PROJECT: 'tsconfig.base.json', NODE_OPTIONS: undefined } },
  );
}

function saveByRename(code: string): void {
  writeFileSync(`${entry}.new`, code);
  renameSync(`${entry}.new`, entry);
}

/** Time enough for a second process to have started, had one been started. */
async function anotherProcessHasRun(): Promise<void> {
  const args = ['--import', '@swc-node/register/esm-register', '--eval', ''];
  await RecordedProcess.start(process.execPath, args, { cwd: workspace }).exited;
}

test('starts the new process only when the old one has drained', async () => {
  start(drainingApp(port, 'old'), '--a=1');
  await serve.waitForLine('stdout', 'old started --a=1');
  writeFileSync(entry, drainingApp(port, 'new'));
  await serve.waitForLine('stdout', 'old draining');
  await anotherProcessHasRun();
  sockets[0]?.end();
  await serve.waitForLine('stdout', 'new started --a=1');
  expect(serve.lines('stdout')).toEqual([
    'old started --a=1',
    'old draining',
    'old drained',
    'new started --a=1',
  ]);
});

test('restarts after each of several saves by rename', async () => {
  start(drainingApp(port, 'v0'));
  for (const version of ['v1', 'v2', 'v3']) {
    await serve.waitForLine('stdout', 'started', serve.lines('stdout').length);
    const seen = serve.lines('stdout').length;
    saveByRename(drainingApp(port, version));
    await serve.waitForLine('stdout', 'draining', seen);
    sockets.at(-1)?.end();
  }
  await serve.waitForLine('stdout', 'v3 started');
});

test('waits for a change when the app ends by itself', async () => {
  start(crashingApp);
  await serve.waitForLine('stderr', /^\[serve\] .* ended with code 2; waiting for a change$/);
  saveByRename(drainingApp(port, 'mended'));
  await serve.waitForLine('stdout', 'mended started');
});

test('ends when asked, after the app has drained, with its code', async () => {
  start(drainingApp(port, 'app'));
  await serve.waitForLine('stdout', 'app started');
  serve.signal('SIGTERM');
  await serve.waitForLine('stdout', 'app draining');
  sockets[0]?.end();
  expect(await serve.exited).toEqual({ code: 0, signal: null });
  expect(serve.lines('stdout')).toEqual(['app started', 'app draining', 'app drained']);
});

/** Elsewhere script(1) has other options. */
const testOnLinux = process.platform === 'linux' ? test : test.skip;

testOnLinux('takes Ctrl-C on a terminal for itself, not for the shell around it', async () => {
  start(drainingApp(port, 'app'));
  writeFileSync(
    entry,
    `process.on('SIGINT', () => process.exit(0)); setInterval(console.log, 9, 'on');`,
  );
  const command = `'${process.execPath}' --import @swc-node/register/esm-register tools/serve.ts ${entry}`;
  const terminal = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: workspace,
    env: { ...process.env, TS_NODE_PROJECT: 'tsconfig.base.json', NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(terminal.stdout, 'data');
  terminal.stdin.write('\u0003');
  expect(await once(terminal, 'exit')).toEqual([0, null]);
});
