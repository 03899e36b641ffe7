import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { RecordedProcess } from '@relay/testing';
import { type App, env, mainOf, Stage, workspace } from './stage.js';

/** Names and defaults of the settings, as the built apps print them. */
const settings: Record<App, Map<string, string>> = { publisher: new Map(), consumer: new Map() };
const names: Record<App, string[]> = {
  publisher: [
    'PUBLISHER_NAME',
    'REDIS_URL',
    'REDIS_CA_FILE',
    'REDIS_CHANNELS',
    'CONSUMER_URL',
    'RELAY_TOKEN',
    'RELAY_TOKEN_FILE',
    'METRICS_PUBLIC',
    'CONSUMER_CA_FILE',
    'CLIENT_CERT_FILE',
    'CLIENT_KEY_FILE',
    'PUBLISHER_HOST',
    'PUBLISHER_PORT',
    'OUTBOX_MAX_MESSAGES',
    'OUTBOX_MAX_BYTES',
    'READY_OUTBOX_PERCENT',
    'LOG_FORMAT',
    'LOG_LEVEL',
    'SHUTDOWN_TIMEOUT_MS',
  ],
  consumer: [
    'CONSUMER_NAME',
    'CONSUMER_HOST',
    'CONSUMER_PORT',
    'OUTPUT',
    'HANDLER_ATTEMPTS',
    'HANDLER_TIMEOUT_MS',
    'DEAD_LETTER_FILE',
    'MAX_ENTRY_BYTES',
    'MAX_CONNECTIONS',
    'MAX_CONNECTIONS_PER_ADDRESS',
    'MAX_BARE_FRAMES_PER_SECOND',
    'RELAY_TOKEN',
    'RELAY_TOKEN_FILE',
    'METRICS_PUBLIC',
    'ALLOW_ANYONE',
    'ALLOWED_ORIGINS',
    'TRUST_PROXY',
    'PAGE',
    'PAGE_HISTORY',
    'PAGE_TOKEN',
    'PAGE_TOKEN_FILE',
    'PAGE_REDIS_URL',
    'TLS_CERT_FILE',
    'TLS_KEY_FILE',
    'TLS_CLIENT_CA_FILE',
    'LOG_FORMAT',
    'LOG_LEVEL',
    'SHUTDOWN_TIMEOUT_MS',
  ],
};

const stage = new Stage();

beforeAll(async () => {
  for (const app of ['publisher', 'consumer'] as const) {
    const help = stage.run(app, '--help');
    await help.exited;
    for (const [, name = '', value = ''] of help.stdout
      .toString()
      .matchAll(/\(([A-Z_]+), default (.*)\)$/gm)) {
      settings[app].set(name, value === 'none' ? '' : value);
    }
  }
});

afterAll(() => stage.clear());

const processes: RecordedProcess[] = [];

afterEach(async () => {
  await Promise.all(processes.splice(0).map((started) => started.stop('SIGKILL')));
});

function runWith(settings: Record<string, string>, app: App, ...flags: string[]): RecordedProcess {
  const started = RecordedProcess.start(process.execPath, [mainOf(app), ...flags], {
    env: { ...env, RELAY_TOKEN: undefined, ...settings },
    cwd: workspace,
  });
  processes.push(started);
  return started;
}

function fileOf(name: string): string {
  return readFileSync(resolve(workspace, name), 'utf8');
}

function all(): Map<string, string> {
  return new Map([...settings.publisher, ...settings.consumer]);
}

describe.each(['publisher', 'consumer'] as const)('the %s', (app) => {
  it('prints every setting with --help, with its flag, and exits with 0', async () => {
    const help = stage.run(app, '--help');
    expect((await help.exited).code).toBe(0);
    expect(help.stderr).toHaveLength(0);
    expect([...settings[app].keys()]).toEqual(names[app]);
    for (const name of names[app]) {
      const flag = `--${name.toLowerCase().replaceAll('_', '-')}=`;
      expect(help.stdout.toString().includes(flag)).toBe(
        !['RELAY_TOKEN', 'PAGE_TOKEN'].includes(name),
      );
    }
  });

  it('warns of a variable that looks like a setting', async () => {
    const settings = { LOG_LEVELS: 'error', REDIS_URL: 'redis://127.0.0.1:1' };
    const started = runWith(settings, app, '--port=0');
    const line = await started.waitForLine('stderr', 'LOG_LEVELS');
    expect(line).toMatch(/WARN.*LOG_LEVELS is set, which is no setting, and LOG_LEVEL is not/);
  });

  it('is given in compose.yaml only settings that it has', () => {
    const compose = parse(fileOf('compose.yaml')) as {
      services: Record<App, { environment?: Record<string, unknown> }>;
    };
    const given = Object.keys(compose.services[app].environment ?? {});
    expect(given.filter((name) => !settings[app].has(name))).toEqual([]);
  });
});

it('.env.example names every setting with its default, and nothing else', () => {
  const lines = [...fileOf('.env.example').matchAll(/^#? ?([A-Z_]+)=(.*)$/gm)];
  expect(Object.fromEntries(lines.map(([, name, value]) => [name, value]))).toEqual(
    Object.fromEntries(all()),
  );
});

/** The first cells of the tables of a document that hold the name of a setting. */
function namedIn(file: string): string[] {
  const rows = [...fileOf(file).matchAll(/^\|.*$/gm)].map(([row]) => row);
  return rows.flatMap((row) => /^\| *`([A-Z_]+)`/.exec(row)?.[1] ?? []);
}

it('the table of docs/operations.md names every setting and no other', () => {
  expect(namedIn('docs/operations.md').sort()).toEqual([...all().keys()].sort());
});

it('the table of the README names no setting that there is not', () => {
  expect(namedIn('README.md').filter((name) => !all().has(name))).toEqual([]);
});

describe('what a process tells of its token', () => {
  const secret = 'hunter2hunter2';

  it('a consumer without one does not start on every address, and says what to set', async () => {
    const consumer = runWith({}, 'consumer', '--host=0.0.0.0', '--port=0');
    expect((await consumer.exited).code).toBe(1);
    expect(consumer.output).toMatch(/RELAY_TOKEN.*RELAY_TOKEN_FILE.*ALLOW_ANYONE/);
    expect(consumer.lines('stderr')).toHaveLength(1);
  });

  it('a consumer that allows anyone starts there, and says so loudly', async () => {
    const settings = { ALLOW_ANYONE: 'true' };
    const consumer = runWith(settings, 'consumer', '--host=0.0.0.0', '--port=0');
    await consumer.waitForLine('stderr', 'listening on ws://0.0.0.0');
    expect(await consumer.waitForLine('stderr', 'ALLOW_ANYONE')).toContain('WARN');
  });

  it('a consumer with one starts there, and shows it nowhere', async () => {
    const consumer = runWith({ RELAY_TOKEN: secret }, 'consumer', '--host=0.0.0.0', '--port=0');
    await consumer.waitForLine('stderr', 'listening on ws://0.0.0.0');
    await consumer.stop();
    expect(consumer.output).not.toContain(secret);
  });

  it.each(['publisher', 'consumer'] as const)('a %s refuses it as a flag', async (app) => {
    const started = runWith({}, app, `--relay-token=${secret}`);
    expect((await started.exited).code).toBe(2);
    expect(started.output).toMatch(/--relay-token.*RELAY_TOKEN.*RELAY_TOKEN_FILE/);
    expect(started.output).not.toContain(secret);
  });

  it.each([`redis://:${secret}%zz@localhost`, `me:${secret}@localhost`])(
    'in a URL that is none is not shown: %s',
    async (url) => {
      const publisher = runWith({ REDIS_URL: url }, 'publisher');
      expect((await publisher.exited).code).toBe(2);
      expect(publisher.output).toMatch(/REDIS_URL is ".*\*\*\*@localhost"; expected redis:/);
      expect(publisher.output).not.toContain(secret);
    },
  );

  it('a consumer reports all that does not go together', async () => {
    const settings = {
      RELAY_TOKEN: secret,
      RELAY_TOKEN_FILE: '/nowhere/token',
      ALLOW_ANYONE: 'true',
      PAGE_REDIS_URL: `redis://:${secret}@localhost`,
      TLS_CERT_FILE: '/nowhere/tls.crt',
    };
    const consumer = runWith(settings, 'consumer', '--port=x');
    expect((await consumer.exited).code).toBe(2);
    expect(consumer.output).toContain('--port is "x"');
    expect(consumer.output).toContain('RELAY_TOKEN and RELAY_TOKEN_FILE set the same thing');
    expect(consumer.output).toContain('ALLOW_ANYONE is true, but a token is set');
    expect(consumer.output).toContain('PAGE_REDIS_URL would let anyone publish; set PAGE_TOKEN');
    expect(consumer.output).toContain('"/nowhere/tls.crt", which cannot be read (ENOENT)');
    expect(consumer.output).toContain('TLS_CERT_FILE is given without TLS_KEY_FILE');
    expect(consumer.output).not.toContain(secret);
  });

  it('a publisher reports certificates that nothing would check', async () => {
    const settings = { CONSUMER_CA_FILE: '/nowhere/ca', CLIENT_KEY_FILE: '/nowhere/key' };
    const publisher = runWith(settings, 'publisher', '--redis-ca-file=/nowhere/redis');
    expect((await publisher.exited).code).toBe(2);
    expect(publisher.output).toContain('--redis-ca-file is given, but REDIS_URL is not rediss://');
    expect(publisher.output).toContain('CONSUMER_CA_FILE is given, but no CONSUMER_URL is wss://');
    expect(publisher.output).toContain('CLIENT_KEY_FILE is given without CLIENT_CERT_FILE');
  });

  it('a publisher that would send it in clear over a network says so', async () => {
    const flags = ['--consumer-url=ws://192.0.2.1/relay,ws://[::1]:9/relay', '--port=0'];
    const publisher = runWith({ RELAY_TOKEN: secret }, 'publisher', ...flags);
    const line = await publisher.waitForLine('stderr', 'in clear');
    expect(line).toContain('ws://192.0.2.1/relay');
    await publisher.waitForLine('stderr', 'health at');
    expect(publisher.lines('stderr').filter((text) => text.includes('in clear'))).toHaveLength(1);
    expect(publisher.output).not.toContain(secret);
  });
});
