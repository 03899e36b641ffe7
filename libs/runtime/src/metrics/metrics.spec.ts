import { describe, expect, it } from '@jest/globals';
import { Buckets } from './buckets.js';
import { Metrics } from './metrics.js';

async function relayLines(metrics: Metrics): Promise<string[]> {
  return (await metrics.text()).split('\n').filter((line) => line.startsWith('relay_'));
}

describe('what is served', () => {
  it('is looked up when somebody asks', async () => {
    let value = 1;
    const metrics = new Metrics();
    metrics.gauge({ name: 'relay_a', help: 'A.', read: () => value });
    metrics.counter({ name: 'relay_b_total', help: 'B.', read: () => value * 10 });
    expect(await relayLines(metrics)).toEqual(['relay_a 1', 'relay_b_total 10']);
    value = 2;
    expect(await relayLines(metrics)).toEqual(['relay_a 2', 'relay_b_total 20']);
  });

  it('forgets labels that are gone', async () => {
    let names = ['x', 'y'];
    const metrics = new Metrics();
    metrics.gauge({
      name: 'relay_a',
      help: 'A.',
      labels: ['name'],
      read: () => names.map((name) => [{ name }, 1]),
    });
    expect(await relayLines(metrics)).toHaveLength(2);
    names = ['y'];
    expect(await relayLines(metrics)).toEqual(['relay_a{name="y"} 1']);
  });

  it('has histograms of what was counted elsewhere', async () => {
    const buckets = new Buckets([0.5]);
    buckets.observe(0.25);
    buckets.observe(2);
    const metrics = new Metrics();
    metrics.histogram({
      name: 'relay_c_seconds',
      help: 'C.',
      labels: ['name'],
      read: () => [[{ name: 'x' }, buckets]],
    });
    expect(await metrics.text()).toContain('# TYPE relay_c_seconds histogram\n');
    expect(await relayLines(metrics)).toEqual([
      'relay_c_seconds_bucket{name="x",le="0.5"} 1',
      'relay_c_seconds_bucket{name="x",le="+Inf"} 2',
      'relay_c_seconds_sum{name="x"} 2.25',
      'relay_c_seconds_count{name="x"} 2',
    ]);
  });

  it('has no way out of a label: quotes and line ends are escaped', async () => {
    const metrics = new Metrics();
    metrics.gauge({
      name: 'relay_a',
      help: 'A.',
      labels: ['name'],
      read: () => [[{ name: 'a"} 1\nrelay_b 2\\' }, 1]],
    });
    expect(await relayLines(metrics)).toEqual([String.raw`relay_a{name="a\"} 1\nrelay_b 2\\"} 1`]);
  });

  it('has those of the process', async () => {
    expect(await new Metrics().text()).toMatch(/^process_cpu_seconds_total \d/m);
  });
});
