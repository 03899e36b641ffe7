import type { Latency } from '../rounds/latency.js';
import type { Measurement } from '../rounds/measure.js';
import { markdownTable } from './markdown-table.js';

/** Every round as it was measured, in the order of measurement. */
export function rawRounds(measurements: readonly Measurement[]): string {
  const head = [
    ...['round', 'size', 'variant', 'messages', 'messages/s', 'load waited for Redis'],
    ...['CPU µs publisher', 'consumer', 'Redis', 'p50 µs', 'p99 µs', 'p99.9 µs', 'max µs'],
    ...['host took', 'wrong'],
  ];
  return markdownTable(
    head,
    measurements.map(({ throughput, cpuUs, latencyUs, ...each }) => [
      `${each.round}`,
      `${each.payloadBytes} B`,
      each.variant,
      `${throughput.messages}`,
      `${Math.round(throughput.perSecond)}`,
      `${Math.round(throughput.loadLimited * 100)} %`,
      cpuUs.publisher.toFixed(2),
      cpuUs.consumers.toFixed(2),
      cpuUs.redis.toFixed(2),
      ...latencyCells(latencyUs),
      `${Math.round(each.steal * 100)} %`,
      each.violations.length === 0 ? '-' : each.violations.join('; '),
    ]),
  );
}

function latencyCells(latency: Latency | undefined): string[] {
  if (latency === undefined) return ['', '', '', ''];
  return [latency.p50, latency.p99, latency.p999, latency.max].map(String);
}
