import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { type App, env, mainOf, Stage } from './stage.js';

const apps: App[] = ['publisher', 'consumer'];

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

afterEach(() => stage.clear());

describe.each(apps)('the %s', (app) => {
  it('says in one line that its port is taken, and exits with 1', async () => {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const port = String((server.address() as AddressInfo).port);
    const host = app === 'publisher' ? '--publisher-host=127.0.0.1' : '--host=127.0.0.1';
    const started = stage.run(app, host, `--port=${port}`);
    expect((await started.exited).code).toBe(1);
    server.close();
    expect(started.lines('stderr')).toEqual([expect.stringContaining(port)]);
    expect(started.stdout).toHaveLength(0);
  });

  it('names every mistake in its flags at once, and exits with 2', async () => {
    const started = stage.run(app, '--colour=red', '--port=many', 'stray');
    expect((await started.exited).code).toBe(2);
    expect(started.stderr.toString()).toMatch(/--colour[^]*argument 3[^]*--port[^]*many/);
    expect(started.stdout).toHaveLength(0);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 on %s', async (signal) => {
    const started = stage.run(app, '--port=0');
    await started.waitForLine('stderr', /health at|listening on/);
    await started.waitForLine('stderr', app === 'publisher' ? 'not subscribed' : 'listening');
    started.signal(signal);
    expect(await started.exited).toEqual({ code: 0, signal: null });
  });

  it('takes a signal that comes twice at once for one', async () => {
    const started = stage.run(app, '--port=0');
    await started.waitForLine('stderr', /health at|listening on/);
    started.signal('SIGINT');
    started.signal('SIGINT');
    expect(await started.exited).toEqual({ code: 0, signal: null });
  });

  it('keeps stdout for messages', async () => {
    const started = stage.run(app, '--port=0');
    await started.waitForLine('stderr', /health at|listening on/);
    await started.stop();
    expect(started.stdout).toHaveLength(0);
  });
});

it('the consumer ends quietly with 0 when whoever reads its messages has gone', async () => {
  const child = spawn(process.execPath, [mainOf('consumer'), '--port=0', '--host=127.0.0.1'], {
    env: { ...process.env, ...env, RELAY_TOKEN: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    const ended = once(child, 'exit');
    const everything = text(child.stderr);
    let heard = '';
    while (!heard.includes('/relay')) {
      const [chunk] = (await once(child.stderr, 'data')) as [Buffer];
      heard += chunk.toString();
    }
    child.stdout.destroy();
    const client = new WebSocket(/ws:\S+/.exec(heard)?.[0] ?? '');
    client.on('error', () => undefined);
    await once(client, 'open');
    client.send('{"event":"test_websocket","data":"hello"}');
    expect(await ended).toEqual([0, null]);
    expect((await everything).trim().split('\n')).toHaveLength(1);
  } finally {
    child.kill('SIGKILL');
  }
});
