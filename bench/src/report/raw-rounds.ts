import type { Measurement } from '../rounds/measure.js';
import { markdownTable } from './markdown-table.js';

/** Every round as it was measured, in the order of measurement. */
export function rawRounds(measurements: readonly Measurement[]): string {
  const head = [
    ...['round', 'size', 'variant', 'messages', 'messages/s', 'load waited for Redis'],
    ...['CPU µs publisher', 'consumer', 'Redis', 'p50 µs', 'p99 µs', 'p99.9 µs', 'max µs', 'wrong'],
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
      ...[latencyUs.p50, latencyUs.p99, latencyUs.p999, latencyUs.max].map(String),
      each.violations.length === 0 ? '-' : each.violations.join('; '),
    ]),
  );
}
