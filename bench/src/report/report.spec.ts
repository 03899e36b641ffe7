import { expect, test } from '@jest/globals';
import type { Measurement } from '../rounds/measure.js';
import { type Results, reportFiles } from './report.js';

function measurement(variant: string, round: number, perSecond: number): Measurement {
  return {
    round,
    payloadBytes: 256,
    variant,
    throughput: { messages: perSecond, seconds: 1, perSecond, loadLimited: 0 },
    cpuUs: { publisher: 2, consumers: 2, relay: 4e5 / perSecond, redis: 1 },
    latencyUs:
      variant === 'redis-alone' ? undefined : { count: 1, p50: 100, p99: 200, p999: 300, max: 400 },
    loadLateUs: variant === 'redis-alone' ? undefined : 60,
    steal: 0.01 * round,
    accounts: [],
    violations: variant === 'relay' && round === 2 ? ['1 lost silently'] : [],
  };
}

const results: Results = {
  machine: {
    cpu: 'a <fast> one',
    cores: 2,
    memory: '4 GiB',
    system: 'Linux',
    node: 'v20',
    redis: '7',
    packages: '',
    python: '',
    commit: 'abc',
    date: '2026-01-01',
    loadBefore: '0.00',
  },
  durations: {
    warmUpSeconds: 1,
    throughputSeconds: 1,
    latencyWarmUpMessages: 100,
    latencySeconds: 1,
    latencyPerSecond: 1_000,
  },
  measurements: [
    measurement('bare-pipe', 1, 100_000),
    measurement('relay', 1, 400_000),
    measurement('bare-pipe', 2, 50_000),
    measurement('relay', 2, 200_000),
    measurement('nestjs', 1, 30_000),
    measurement('redis-alone', 1, 420_000),
    measurement('redis-alone', 2, 1_000_000),
  ],
  scenarios: [
    {
      name: 'start',
      title: 'Start',
      text: 'Seconds.',
      head: ['', 'median'],
      rows: [['listens', '0.90']],
      goals: [{ what: 'listens', goal: '≤ 0.8 s', value: '0.90 s', isMet: false }],
      violations: ['it failed'],
      data: null,
    },
  ],
  notes: ['python was left out: it is not there'],
};

test('says how many times the bare pipe, which goals are missed, and what went wrong', () => {
  const report = reportFiles(results).get('report.md');
  expect(report).toContain('| relay | 300,000 (200,000–400,000) | 4.00 |');
  expect(report).toContain('| 200 | 1.00 | 60 |');
  expect(report).toContain('| messages a second, 256 B | ≥ 3.3× | 4.00× | met |');
  expect(report).toContain('| relay CPU a message, 256 B | ≤ 0.28× | 0.25× | met |');
  expect(report).toContain('| listens | ≤ 0.8 s | 0.90 s | **missed** |');
  expect(report).toContain('1 lost silently');
  expect(report).toContain('**it failed**');
  expect(report).toContain('python was left out');
  expect(report).not.toContain('NaN');
});

test('says where the load was the limit', () => {
  const limited = results.measurements.map((each) => ({
    ...each,
    throughput: { ...each.throughput, loadLimited: each.variant === 'relay' ? 0.9 : 0 },
  }));
  expect(reportFiles(results).get('report.md')).not.toContain('relay ¹');
  expect(reportFiles({ ...results, measurements: limited }).get('report.md')).toContain('relay ¹');
});

test('says what the host of the machine gave to others, and when that was too much', () => {
  const much = results.measurements.map((each) => ({ ...each, steal: 0.2 }));
  const [calm, noisy] = [results, { ...results, measurements: much }].map(
    (each) => reportFiles(each).get('report.md') ?? '',
  );
  expect(calm).toContain('gave 1 % to others (up to 2 %).');
  expect(calm).not.toContain('too much');
  expect(noisy).toContain('gave 20 % to others (up to 20 %). That is too much');
});

test('plots the variants with a background of their own, and keeps the raw rounds', () => {
  const files = reportFiles(results);
  for (const name of ['throughput.svg', 'latency.svg']) {
    const plot = files.get(name) ?? '';
    expect(plot).toMatch(/^<svg [^>]*>[\s\S]*fill="#ffffff"[\s\S]*<\/svg>\n$/);
    expect(plot).toContain('relay');
    expect(plot).not.toMatch(/NaN|undefined|Infinity/);
  }
  expect(files.get('throughput.svg')).toContain('4.00×');
  expect(JSON.parse(files.get('results.json') ?? '')).toMatchObject({
    measurements: { length: 7 },
  });
});
