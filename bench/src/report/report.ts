import { CEILING, REFERENCE, variantNamed } from '../pipeline/variants.js';
import type { Durations, Measurement } from '../rounds/measure.js';
import { type Spread, spread } from '../rounds/statistics.js';
import { type Figure, summarise, type Summary } from '../rounds/summary.js';
import type { ScenarioResult } from '../scenarios/scenario.js';
import { barChart } from './bar-chart.js';
import { type Goal, goalsOf } from './goals.js';
import type { Machine } from './machine.js';
import { markdownTable } from './markdown-table.js';
import { rawRounds } from './raw-rounds.js';

/** Everything that a run found out; it is written as it is, as JSON. */
export interface Results {
  readonly machine: Machine;
  readonly durations: Durations;
  readonly measurements: readonly Measurement[];
  readonly scenarios: readonly ScenarioResult[];
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

/** The files of a report, by name. */
export function reportFiles(results: Results): Map<string, string> {
  const summaries = summarise(results.measurements);
  const files = new Map([['results.json', `${JSON.stringify(results, null, 1)}\n`]]);
  if (summaries.length > 0) {
    files.set('throughput.svg', throughputChart(summaries));
    files.set('latency.svg', latencyChart(summaries));
  }
  for (const { name, plot } of results.scenarios) if (plot) files.set(`${name}.svg`, plot);
  files.set('report.md', markdown(results, summaries));
  return files;
}

function markdown(results: Results, summaries: readonly Summary[]): string {
  const { machine, measurements, scenarios, notes } = results;
  const parts = [
    '# Benchmark',
    markdownTable(
      ['', ''],
      Object.entries(machine).map(([name, value]) => [name, String(value)]),
    ),
    ...notes.map((note) => `- ${note}`),
  ];
  if (summaries.length > 0) {
    parts.push(
      '## Rounds',
      'Medians of all rounds (lowest to highest); `×` is against the bare pipe, the median of the ratios ' +
        'within each round. CPU is that of publisher and consumer together. Latency is open-loop, from the ' +
        `intended sending, at ${results.durations.latencyPerSecond} messages a second; the load itself wakes ` +
        'late, which counts for all variants.',
      stealNote(measurements),
      '![Throughput](throughput.svg)',
      '![Latency](latency.svg)',
      ...sizesOf(summaries).flatMap((size) => sizeSection(size, summaries)),
    );
    const goals = goalsOf(summaries);
    if (goals.length > 0) parts.push('## Goals', goalTable(goals));
  }
  parts.push(...scenarios.flatMap(scenarioSection));
  if (measurements.length > 0) parts.push('## Raw rounds', rawRounds(measurements));
  return `${parts.join('\n\n')}\n`;
}

/** What the host of a virtual machine takes is taken from all variants, but not from all alike. */
const MUCH_STEAL = 0.05;

function stealNote(measurements: readonly Measurement[]): string {
  const { median, max } = spread(measurements.map(({ steal }) => steal));
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  const note = `Of the CPU time that was wanted, the machine's host gave ${percent(median)} to others (up to ${percent(max)}).`;
  return median < MUCH_STEAL
    ? note
    : `**${note} That is too much for these figures to be quoted.**`;
}

function sizeSection(size: number, summaries: readonly Summary[]): string[] {
  const own = summaries.filter(({ payloadBytes }) => payloadBytes === size);
  const head = [
    ...['', 'messages/s', '×', 'CPU µs', '×', 'p50 µs', '×', 'p99 µs', '×'],
    'the load late by, µs',
  ];
  const rows = own.map((each) => [
    `${variantNamed(each.variant).title}${each.isLoadTheLimit ? ' ¹' : ''}`,
    ...cells(each.perSecond, thousands),
    ...cells(each.cpuUs, (value) => value.toFixed(2)),
    ...cells(each.p50Us, thousands),
    ...cells(each.p99Us, thousands),
    rangeOf(each.loadLateUs, thousands),
  ]);
  const isLimited = own.some((each) => each.isLoadTheLimit && each.variant !== CEILING);
  return [
    `### ${size} B`,
    markdownTable(head, rows),
    ...(isLimited
      ? ['¹ The load or Redis set the pace, not what was measured: it may be faster.']
      : []),
  ];
}

function scenarioSection({ title, text, head, rows, goals, violations }: ScenarioResult): string[] {
  return [
    `## ${title}`,
    text,
    ...(rows.length > 0 ? [markdownTable(head, rows)] : []),
    ...(goals.length > 0 ? [goalTable(goals)] : []),
    ...violations.map((violation) => `**${violation}**`),
  ];
}

function goalTable(goals: readonly Goal[]): string {
  return markdownTable(
    ['goal', 'wanted', 'measured', ''],
    goals.map(({ what, goal, value, isMet }) => [what, goal, value, isMet ? 'met' : '**missed**']),
  );
}

function throughputChart(summaries: readonly Summary[]): string {
  return barChart({
    title: 'Messages a second, against the bare pipe',
    mark: 1,
    groups: sizesOf(summaries).map((size) => ({
      name: `${size} B`,
      bars: charted(size, summaries).map(({ variant, perSecond: { ratio, median } }) => ({
        name: variantNamed(variant).title.replace(/ \(.*/, ''),
        value: Number.isFinite(ratio) ? ratio : 0,
        label: `${Number.isFinite(ratio) ? `${ratio.toFixed(2)}×, ` : ''}${thousands(median / 1000)}k/s`,
      })),
    })),
  });
}

function latencyChart(summaries: readonly Summary[]): string {
  return barChart({
    title: 'Latency at 1,000 messages a second: p50 and p99, µs',
    groups: sizesOf(summaries).flatMap((size) =>
      (['p50Us', 'p99Us'] as const).map((percentile) => ({
        name: `${size} B, ${percentile.slice(0, 3)}`,
        bars: charted(size, summaries).map((summary) => ({
          name: variantNamed(summary.variant).title.replace(/ \(.*/, ''),
          value: summary[percentile].median,
          label: thousands(summary[percentile].median),
        })),
      })),
    ),
  });
}

/** The relay first, then what it is compared with; not what has no relay at all. */
function charted(size: number, summaries: readonly Summary[]): Summary[] {
  return summaries
    .filter(({ payloadBytes }) => payloadBytes === size)
    .filter(({ variant }) => variantNamed(variant).publisher !== undefined);
}

function cells(figure: Figure, format: (value: number) => string): string[] {
  const { ratio } = figure;
  return [rangeOf(figure, format), Number.isFinite(ratio) ? ratio.toFixed(2) : ''];
}

function rangeOf({ median, min, max }: Spread, format: (value: number) => string): string {
  if (Number.isNaN(median)) return '';
  const range = min === max ? '' : ` (${format(min)}–${format(max)})`;
  return `${format(median)}${range}`;
}

function sizesOf(summaries: readonly Summary[]): number[] {
  return [...new Set(summaries.map(({ payloadBytes }) => payloadBytes))];
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** For the terminal: each variant's figures in a line. */
export function shortSummary(measurements: readonly Measurement[]): string {
  return summarise(measurements)
    .map(({ payloadBytes, variant, perSecond, cpuUs, p50Us, p99Us }) => {
      const times = ({ ratio }: Figure): string =>
        variant === REFERENCE || !Number.isFinite(ratio) ? '' : ` (${ratio.toFixed(2)}×)`;
      const figures = [
        `${thousands(perSecond.median)}/s${times(perSecond)}`,
        `CPU ${cpuUs.median.toFixed(2)} µs${times(cpuUs)}`,
        ...(Number.isNaN(p50Us.median)
          ? []
          : [
              `p50 ${thousands(p50Us.median)} µs${times(p50Us)}`,
              `p99 ${thousands(p99Us.median)} µs${times(p99Us)}`,
            ]),
      ];
      return `${`${payloadBytes} B`.padStart(7)}  ${variant.padEnd(15)} ${figures.join(', ')}`;
    })
    .join('\n');
}
