import type { Machine } from '../report/machine.js';
import { lineChart } from '../report/line-chart.js';
import { markdownTable } from '../report/markdown-table.js';
import { median } from '../rounds/statistics.js';
import { type Growth, growthOf } from './growth.js';
import type { Sample, Soaked, SoakOptions } from './soak.js';
import { PAYLOAD_BYTES } from './soak.js';

const MB = 1e6;

/** What went wrong; nothing when all arrived and nothing grew. */
export function problems({ samples, account, violations }: Soaked): string[] {
  const grown = (['publisher', 'consumer'] as const).filter(
    (role) => memoryGrowth(samples, role).isGrowing,
  );
  return [
    ...violations,
    ...(account.lostAnnounced > 0 ? [`${account.lostAnnounced} lost, announced by a gap`] : []),
    ...grown.map((role) => `the memory of the ${role} grows`),
  ];
}

/** The files of the report, by name. */
export function soakFiles(
  machine: Machine,
  options: SoakOptions,
  soaked: Soaked,
): Map<string, string> {
  return new Map([
    ['soak.md', markdown(machine, options, soaked)],
    ['soak.json', `${JSON.stringify({ machine, options, ...soaked })}\n`],
    ['soak.csv', csv(soaked.samples)],
    ['soak.svg', plot(options, soaked.samples)],
  ]);
}

function memoryGrowth(samples: readonly Sample[], role: 'publisher' | 'consumer'): Growth {
  return growthOf(samples.map((sample) => sample[role].rssBytes));
}

function markdown(machine: Machine, { minutes, perSecond }: SoakOptions, soaked: Soaked): string {
  const { samples, account, published, cpu } = soaked;
  const found = problems(soaked);
  const row = (role: 'publisher' | 'consumer', cpuSeconds: number): string[] => {
    const { early, late, isGrowing } = memoryGrowth(samples, role);
    return [
      role,
      (early / MB).toFixed(1),
      (late / MB).toFixed(1),
      isGrowing === null ? 'too short to tell' : isGrowing ? '**grows**' : 'does not grow',
      ((cpuSeconds * 1e6) / published).toFixed(2),
    ];
  };
  const behind = Math.max(0, ...samples.map((sample) => sample.behind));
  const latency = (name: string, key: 'p50Us' | 'p99Us'): string[] => [
    `latency ${name}, median of all seconds, µs`,
    `${Math.round(median(samples.map((sample) => sample[key])))}`,
  ];
  return `${[
    '# Soak',
    `${perSecond} messages of ${PAYLOAD_BYTES} B a second for ${minutes} minutes.`,
    markdownTable(
      ['', ''],
      Object.entries(machine).map(([name, value]) => [name, String(value)]),
    ),
    '![Memory](soak.svg)',
    markdownTable(
      ['', 'median of the 2nd quarter, MB', 'of the last, MB', '', 'CPU µs a message'],
      [row('publisher', cpu.publisher), row('consumer', cpu.consumers)],
    ),
    'Memory is what the operating system counts as resident. It grows when the median of the last quarter of ' +
      'the time is above that of the second by more than a tenth and more than 16 MB; less than 4 minutes do not tell.',
    markdownTable(
      ['', ''],
      [
        ['published', `${published}`],
        ['handled', `${account.handled}`],
        ['lost, announced', `${account.lostAnnounced}`],
        ['lost, silent', `${account.lostSilently}`],
        ['doubled', `${account.doubled}`],
        ['out of order', `${account.disordered}`],
        ['most that the load was behind its rate', `${behind}`],
        latency('p50', 'p50Us'),
        latency('p99', 'p99Us'),
      ],
    ),
    found.length === 0
      ? 'Nothing was lost, and nothing was seen to grow.'
      : found.map((each) => `**${each}**`).join('\n\n'),
  ].join('\n\n')}\n`;
}

function csv(samples: readonly Sample[]): string {
  const head =
    'seconds,published,on_the_way,behind,publisher_rss_bytes,publisher_anonymous_bytes,' +
    'consumer_rss_bytes,consumer_anonymous_bytes,p50_us,p99_us';
  const rows = samples.map((each) => [
    ...[each.seconds, each.published, each.onTheWay, each.behind],
    ...[each.publisher.rssBytes, each.publisher.anonymousBytes],
    ...[each.consumer.rssBytes, each.consumer.anonymousBytes],
    ...[each.p50Us, each.p99Us],
  ]);
  return `${[head, ...rows.map((row) => row.join(','))].join('\n')}\n`;
}

function plot({ perSecond }: SoakOptions, samples: readonly Sample[]): string {
  const of = (read: (sample: Sample) => number): (readonly [number, number])[] =>
    samples.map((sample) => [sample.seconds / 60, read(sample) / MB]);
  return lineChart({
    title: `Memory at ${perSecond.toLocaleString('en-US')} messages a second`,
    xUnit: 'minutes',
    yUnit: 'MB',
    series: [
      { name: 'publisher', points: of(({ publisher }) => publisher.rssBytes) },
      { name: 'consumer', points: of(({ consumer }) => consumer.rssBytes) },
      { name: 'publisher, heap', points: of(({ publisher }) => publisher.anonymousBytes) },
      { name: 'consumer, heap', points: of(({ consumer }) => consumer.anonymousBytes) },
    ],
  });
}
