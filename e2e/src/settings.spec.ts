import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { type App, Stage, workspace } from './stage.js';

/** Names and defaults of the settings, as the built apps print them. */
const settings: Record<App, Map<string, string>> = { publisher: new Map(), consumer: new Map() };
const names: Record<App, string[]> = {
  publisher: [
    'PUBLISHER_NAME',
    'REDIS_URL',
    'REDIS_CHANNELS',
    'CONSUMER_URL',
    'PUBLISHER_HOST',
    'PUBLISHER_PORT',
    'OUTBOX_MAX_MESSAGES',
    'OUTBOX_MAX_BYTES',
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
      expect(help.stdout.toString()).toContain(`--${name.toLowerCase().replaceAll('_', '-')}=`);
    }
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

it('the table of the README names every setting and no other', () => {
  const rows = [...fileOf('README.md').matchAll(/^\|.*$/gm)].map(([row]) => row);
  const named = rows.flatMap((row) => /^\| *`([A-Z_]+)`/.exec(row)?.[1] ?? []);
  expect(named.sort()).toEqual([...all().keys()].sort());
});
