import type { Metrics } from '@relay/runtime';
import type { LimitsReached } from '../limits.js';

/** How often limits were reached. */
export function measureLimits(metrics: Metrics, reached: LimitsReached): void {
  metrics.counter({
    name: 'relay_limit_reached_total',
    help: 'How often a client was refused, slowed down or cut off at a limit.',
    labels: ['limit'],
    read: () => reached.counts.map(([limit, count]) => [{ limit }, count]),
  });
}
