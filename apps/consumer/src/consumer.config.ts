import { type ConfigOf, port, sameValue, type Settings } from '@relay/runtime';
import * as z from 'zod';

/** Every setting of the consumer. */
export const consumerSettings = {
  CONSUMER_HOST: {
    schema: z.string().min(1),
    default: 'localhost',
    meaning: 'where it listens',
    expected: 'a host name or address; 0.0.0.0 for every address',
    shortFlags: { host: sameValue('the same') },
  },
  CONSUMER_PORT: {
    schema: port,
    default: '3001',
    meaning: 'the port it listens on',
    expected: 'a port from 0 to 65535, 0 for a free one',
    shortFlags: { port: sameValue('the same') },
  },
  OUTPUT: {
    schema: z.enum(['pretty', 'json', 'raw']),
    default: 'pretty',
    meaning: 'how messages are printed on stdout',
    expected: 'pretty, json or raw',
  },
} satisfies Settings;

export type ConsumerConfig = ConfigOf<typeof consumerSettings>;
