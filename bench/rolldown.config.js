import { resolve } from 'node:path';
import consumer from '../tools/rolldown.config.js';
import { countInPlaceOfPrinting } from './count-in-place-of-printing.js';

const { platform, tsconfig, external } = consumer;
const here = import.meta.dirname;

/** What is measured runs built, as in production: no compiler costs anything at run time. */
const peers = {
  'bare-pipe/publisher': 'src/peers/bare-pipe/publisher.ts',
  'bare-pipe/consumer': 'src/peers/bare-pipe/consumer.ts',
  'nestjs/publisher': 'src/peers/nestjs/publisher.ts',
  'nestjs/consumer': 'src/peers/nestjs/consumer.ts',
  'redis-alone/ioredis-subscriber': 'src/peers/redis-alone/ioredis-subscriber.ts',
  'redis-alone/socket-subscriber': 'src/peers/redis-alone/socket-subscriber.ts',
};

export default [
  ...Object.entries(peers).map(([name, input]) => ({
    input: resolve(here, input),
    platform,
    tsconfig,
    external,
    output: { file: `dist/bench/${name}.js`, format: 'esm', sourcemap: true },
  })),
  {
    ...consumer,
    output: { ...consumer.output, file: 'dist/bench/counting-consumer/main.js' },
    plugins: [...consumer.plugins, countInPlaceOfPrinting],
  },
];
