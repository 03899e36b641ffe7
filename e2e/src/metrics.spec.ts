import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type App, Stage, subscribed, workspace } from './stage.js';

const stage = new Stage();
/** What each app serves at /metrics. */
const served = {} as Record<App, string>;

interface Documented {
  readonly type: string;
  readonly apps: readonly App[];
  readonly labels: readonly string[];
}

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly runbook: string };
}

beforeAll(async () => {
  const redis = await stage.redis();
  const consumer = await stage.consumer();
  const listening = await consumer.waitForLine('stderr', 'listening on');
  const publisher = await stage.publisher(redis.url);
  await subscribed(publisher);
  await publisher.waitForLine('stderr', 'connected to');
  await redis.cli('PUBLISH', 'test_websocket', 'hello');
  await consumer.waitForLine('stdout', 'hello');
  const health = await publisher.waitForLine('stderr', 'health at ');
  served.publisher = await metricsOf(/http:\/\/[^/]+/.exec(health)?.[0]);
  served.consumer = await metricsOf(/ws:\/\/[^/]+/.exec(listening)?.[0].replace('ws:', 'http:'));
});

afterAll(() => stage.clear());

async function metricsOf(origin = 'unknown'): Promise<string> {
  const response = await fetch(`${origin}/metrics`);
  expect(response.status).toBe(200);
  return await response.text();
}

function fileOf(name: string): string {
  return readFileSync(resolve(workspace, name), 'utf8');
}

/** The cells of the rows of `docs/operations.md` that begin with `first`, without their backticks. */
function rows(first: RegExp): string[][] {
  return [...fileOf('docs/operations.md').matchAll(/^\| (.*) \|$/gm)]
    .map(([, row = '']) => row.split('|').map((cell) => cell.trim().replaceAll('`', '')))
    .filter(([cell = '']) => first.test(cell));
}

function documented(): Map<string, Documented> {
  return new Map(
    rows(/^relay_/).map(([name = '', type = '', of, label]) => [
      name,
      {
        type,
        apps: of === 'both' ? ['publisher', 'consumer'] : [of as App],
        labels: label ? [label] : [],
      },
    ]),
  );
}

/** The series of an app: name and labels. */
function series(app: App): { name: string; labels: string[] }[] {
  return [...served[app].matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)].map(
    ([, name = '', labels = '']) => ({
      name,
      labels: [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label),
    }),
  );
}

/** The names that an expression of PromQL asks for. */
function metricsIn(expression: string): string[] {
  const bare = expression
    .replace(/"[^"]*"/g, '')
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, '')
    .replace(/\b(by|without|on|ignoring) *\([^)]*\)/g, '');
  const words = bare.match(/[a-z_]\w*(?! *\()\b/gi) ?? [];
  return words.filter((word) => !['and', 'or', 'unless', 'bool'].includes(word));
}

function isServed(name: string): boolean {
  return (
    name === 'up' ||
    (['publisher', 'consumer'] as const).some((app) => series(app).some((one) => one.name === name))
  );
}

describe.each(['publisher', 'consumer'] as const)('the %s', (app) => {
  it('serves what the table says, and nothing else', () => {
    const types = [...served[app].matchAll(/^# TYPE (relay_\w+) (\w+)$/gm)];
    const table = [...documented()].filter(([, { apps }]) => apps.includes(app));
    expect(Object.fromEntries(types.map(([, name, type]) => [name, type]))).toEqual(
      Object.fromEntries(table.map(([name, { type }]) => [name, type])),
    );
  });

  it('has a series of each, with the labels that the table says', () => {
    for (const [name, { apps, type, labels }] of documented()) {
      if (!apps.includes(app)) continue;
      const first = type === 'histogram' ? `${name}_count` : name;
      expect({ name, labels: series(app).find((one) => one.name === first)?.labels }).toEqual({
        name,
        labels,
      });
    }
  });

  it('says of each what it is', () => {
    for (const [, name, help] of served[app].matchAll(/^# HELP (relay_\w+) ?(.*)$/gm)) {
      expect({ name, help }).toEqual({ name, help: expect.stringMatching(/^[A-Z].*\.$/) });
    }
  });

  it('serves those of its process, too', () => {
    expect(series(app).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds']),
    );
  });
});

it('names are what Prometheus recommends: counters end in _total, and no other does', () => {
  for (const [name, { type }] of documented()) {
    expect({ name, isTotal: name.endsWith('_total') }).toEqual({
      name,
      isTotal: type === 'counter',
    });
  }
});

describe('the alerts', () => {
  const { groups } = parse(fileOf('deploy/prometheus-rules.yaml')) as {
    groups: { rules: Alert[] }[];
  };
  const alerts = groups.flatMap(({ rules }) => rules);

  it.each(alerts.map((alert) => [alert.alert, alert] as const))(
    '%s asks for metrics that are served',
    (_, { expr }) => {
      expect(metricsIn(expr)).not.toEqual([]);
      expect(metricsIn(expr).filter((name) => !isServed(name))).toEqual([]);
    },
  );

  it('are those of the table, as grave as it says', () => {
    expect(rows(/^Relay/).map(([alert, severity]) => [alert, severity])).toEqual(
      alerts.map(({ alert, labels }) => [alert, labels.severity]),
    );
  });

  it('each has a section that says what to do', () => {
    const sections = [...fileOf('docs/operations.md').matchAll(/^### (Relay\w+)$/gm)];
    expect(sections.map(([, name]) => name)).toEqual(alerts.map(({ alert }) => alert));
    for (const { alert, annotations } of alerts) {
      expect(annotations.runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`);
    }
  });
});

describe('the dashboard', () => {
  const { panels } = JSON.parse(fileOf('deploy/grafana-dashboard.json')) as {
    panels: { title: string; type: string; targets?: { expr: string }[] }[];
  };
  const shown = panels.filter(({ type }) => type !== 'row');

  it.each(shown.map((panel) => [panel.title, panel] as const))(
    'shows in "%s" metrics that are served',
    (_, { targets = [] }) => {
      expect(targets).not.toEqual([]);
      for (const { expr } of targets) {
        expect(metricsIn(expr)).not.toEqual([]);
        expect(metricsIn(expr).filter((name) => !isServed(name))).toEqual([]);
      }
    },
  );
});
