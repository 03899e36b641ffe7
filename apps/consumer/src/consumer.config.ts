import {
  type ConfigOf,
  milliseconds,
  name,
  optionalText,
  port,
  positiveInteger,
  sameValue,
  type Settings,
  sharedSettings,
} from '@relay/runtime';
import * as z from 'zod';

/** Every setting of the consumer. */
export const consumerSettings = {
  CONSUMER_NAME: {
    schema: name,
    default: 'consumer',
    meaning: 'who it is, to the publishers: stable across restarts, its own among those alive',
    expected: 'up to 200 characters, no control characters',
  },
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
  HANDLER_ATTEMPTS: {
    schema: positiveInteger,
    default: '3',
    meaning: 'how often a handler that throws is called before the message is a dead letter',
    expected: 'a whole number from 1',
  },
  HANDLER_TIMEOUT_MS: {
    schema: milliseconds,
    default: '30000',
    meaning: 'how long a handler may take before the message is a dead letter',
    expected: 'milliseconds, a whole number from 1 to 2147483647',
  },
  DEAD_LETTER_FILE: {
    schema: optionalText,
    default: '',
    meaning: 'where dead letters are written, a JSON line each; without it on stderr',
    expected: 'the path of a file that can be written',
  },
  ...sharedSettings,
} satisfies Settings;

export type ConsumerConfig = ConfigOf<typeof consumerSettings>;
