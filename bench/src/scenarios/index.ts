import { manyConsumers } from './many-consumers.js';
import { memory } from './memory.js';
import { output } from './output.js';
import { overload } from './overload.js';
import { page } from './page.js';
import type { Scenario } from './scenario.js';
import { slowReader } from './slow-reader.js';
import { start } from './start.js';

/** Every scenario of `--full` and `--only`; a further one is a file beside these and a name here. */
export const scenarios: readonly Scenario[] = [
  overload,
  memory,
  output,
  slowReader,
  start,
  manyConsumers,
  page,
];
