import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { Stage, workspace } from './stage.js';

const folders = {
  publisher: 'apps/publisher/src',
  consumer: 'apps/consumer/src',
  both: 'libs/runtime/src',
};

/** The calls in which a part says something, as in `this.#log.warn('gap', …)`; the event if it is a literal. */
const CALL = /(?:\blog|EventLog\([^)]*\))\.(?:debug|info|warn|error)\((?:\s*'([a-z-]+)')?/g;

const stage = new Stage();
afterAll(() => stage.clear());

interface Said {
  readonly event: string | undefined;
  readonly level: string;
  readonly of: string;
}

function sourcesIn(folder: string): { name: string; text: string }[] {
  return readdirSync(resolve(workspace, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => ({ name, text: readFileSync(resolve(workspace, folder, name), 'utf8') }));
}

const said = Object.entries(folders).flatMap(([of, folder]) =>
  sourcesIn(folder).flatMap(({ text }) =>
    [...text.matchAll(CALL)].map(([call, event]): Said => ({
      event,
      level: /\.(\w+)\(/.exec(call)?.[1] ?? '',
      of,
    })),
  ),
);

/** Each event with its levels and the apps that have it. */
function summary(): Record<string, string> {
  const events = [...new Set(said.map(({ event = '' }) => event))];
  return Object.fromEntries(
    events.map((event) => {
      const same = said.filter((one) => one.event === event);
      const apps = new Set(same.map(({ of }) => of));
      const of = apps.size === 1 ? [...apps].join() : 'both';
      return [event, `${[...new Set(same.map(({ level }) => level))].join('/')} ${of}`];
    }),
  );
}

it('the table of the documents has every event that the apps log, with its level, and no other', () => {
  const document = readFileSync(resolve(workspace, 'docs/operations.md'), 'utf8');
  const rows = [
    ...document.matchAll(/^\| `([a-z-]+)` +\| (debug|info|warn|error) +\| (\w+) +\|/gm),
  ];
  expect(Object.fromEntries(rows.map(([, event, level, of]) => [event, `${level} ${of}`]))).toEqual(
    summary(),
  );
});

it('every event has a name that is written where it is logged', () => {
  expect(said.filter(({ event }) => event === undefined)).toEqual([]);
  expect(said.length).toBeGreaterThan(20);
});

it('nothing is logged past the events, but what Nest says in the transport that is its own', () => {
  const logging = Object.values(folders).flatMap((folder) =>
    sourcesIn(folder)
      .filter(({ text }) => !/\bimplements MessageHandler\b/.test(text)) // its own handlers, and yours
      .filter(({ text }) => /\bnew Logger\(|\bconsole\.\w+\(/.test(text))
      .map(({ name }) => name),
  );
  expect(logging.sort()).toEqual(['intake/redis-intake.ts', 'log/event-log.ts']);
});

it('in production every line is a JSON object that says when, how grave, who and what', async () => {
  const env = { NODE_ENV: 'production' };
  const flags = [
    '--port=0',
    '--redis-url=redis://127.0.0.1:1',
    '--consumer-url=ws://127.0.0.1:1/relay',
  ];
  const publisher = stage.runWith({ env }, 'publisher', ...flags);
  await publisher.waitForLine('stderr', 'not subscribed');
  await publisher.waitForLine('stderr', 'messages wait');
  await publisher.stop('SIGTERM');
  const lines = publisher.lines('stderr').map((line) => JSON.parse(line) as unknown);
  expect(lines.length).toBeGreaterThanOrEqual(3);
  for (const line of lines) {
    expect(line).toEqual(
      expect.objectContaining({
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        level: expect.stringMatching(/^(info|warn|error)$/),
        context: expect.any(String),
        event: expect.stringMatching(/^[a-z-]+$/),
        message: expect.any(String),
      }),
    );
  }
});
