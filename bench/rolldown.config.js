import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { bundle } from '../tools/bundle/bundle.js';
import { appBundle } from '../tools/rolldown.config.js';
import { countInPlaceOfPrinting } from './count-in-place-of-printing.js';

const here = import.meta.dirname;

const { dependencies, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const { ws, ...bundled } = dependencies;

/** What is measured runs built, as in production: no compiler costs anything at run time. */
const peers = [
  'bare-pipe/publisher',
  'bare-pipe/consumer',
  'nestjs/publisher',
  'nestjs/consumer',
  'redis-alone/ioredis-subscriber',
  'redis-alone/socket-subscriber',
];

export default [
  ...peers.map((name) =>
    bundle({
      input: resolve(here, 'src/peers', `${name}.ts`),
      dir: `dist/bench/${name}`,
      listed: { dependencies: { ws }, optionalDependencies, devDependencies: bundled },
    }),
  ),
  bundle({
    ...appBundle,
    dir: 'dist/bench/counting-consumer',
    plugins: [...appBundle.plugins, countInPlaceOfPrinting],
  }),
];
