/**
 * Runs an app from source and starts it again on every change: `serve.ts APP [flags for the app]`.
 * APP is the name of a folder in apps/, or the path of any file to run.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { watch } from 'chokidar';
import { takeCtrlC } from './ctrl-c.js';
import { onParentGone } from './parent.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** One save is several events of the file system. */
const settleMs = 50;

const [app, ...flags] = process.argv.slice(2);
if (app === undefined) {
  process.stderr.write('Usage: serve APP [flags for the app]\n');
  process.exit(2);
}

const isFile = /\.[mc]?[jt]s$/.test(app);
const entry = isFile ? app : join('apps', app, 'src', 'main.ts');
const libs = readdirSync('libs').map((lib) => join('libs', lib, 'src'));

let child: ChildProcess | undefined;
let next: 'wait' | 'start' | 'end' = 'wait';
let settled: NodeJS.Timeout | undefined;

const watcher = watch([dirname(entry), ...libs], {
  ignoreInitial: true,
  ignored: (path) => path.endsWith('.spec.ts'),
});

function say(text: string): void {
  process.stderr.write(`[serve] ${text}\n`);
}

function start(): void {
  next = 'wait';
  const args = ['--import', '@swc-node/register/esm-register', entry, ...flags];
  child = spawn(process.execPath, args, {
    env: { ...process.env, TS_NODE_PROJECT: 'tsconfig.base.json' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  child.once('exit', (code, signal) => {
    child = undefined;
    if (next === 'end') return finish(code ?? 0);
    if (next === 'start') return start();
    say(`${app} ended with ${signal ?? `code ${code}`}; waiting for a change`);
  });
}

function changed(path: string): void {
  if (next !== 'wait') return;
  say(`${path} changed`);
  if (child === undefined) return start();
  next = 'start';
  child.kill('SIGTERM');
}

function end(signal: NodeJS.Signals): void {
  next = 'end';
  if (child === undefined) return finish(0);
  child.kill(signal);
}

function finish(code: number): void {
  process.exit(code);
}

watcher.on('all', (_event, path) => {
  clearTimeout(settled);
  settled = setTimeout(changed, settleMs, path);
});
watcher.once('ready', start);
for (const signal of signals) process.on(signal, end);
process.stderr.on('error', () => end('SIGTERM')); // the terminal, or whoever read this, is gone
takeCtrlC();
onParentGone(() => end('SIGTERM'));
