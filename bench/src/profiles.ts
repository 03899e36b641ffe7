import { mkdirSync } from 'node:fs';
import type { PipelineOptions } from './pipeline/pipeline.js';
import type { Variant } from './pipeline/variants.js';
import type { Turn } from './rounds/order.js';

/** Node writes a profile when it exits by itself; most programs just die of a SIGTERM. */
const EXIT_AT_SIGTERM = `data:text/javascript,${encodeURIComponent(
  "process.once('SIGTERM', () => setTimeout(() => process.exit(), 500).unref());",
)}`;

/** Node's flags for CPU profiles of one turn, in `folder`. */
export function profiled(
  folder: string,
  { variant, sizes }: Turn<Variant>,
): NonNullable<PipelineOptions['nodeFlags']> {
  mkdirSync(folder, { recursive: true });
  return (role) => [
    '--cpu-prof',
    `--cpu-prof-dir=${folder}`,
    `--cpu-prof-name=${variant.name}-${sizes.join('-')}-${role}.cpuprofile`,
    `--import=${EXIT_AT_SIGTERM}`,
  ];
}
