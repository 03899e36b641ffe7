import {
  accessSettings,
  type ConfigOf,
  list,
  milliseconds,
  name,
  optionalText,
  port,
  positiveInteger,
  sameValue,
  type Settings,
  sharedSettings,
  tokenList,
  redisUrl,
  withoutPassword,
  yesOrNo,
} from '@relay/runtime';
import * as z from 'zod';
import { isProxyAddress } from './reception/client-address.js';
import { isOrigin } from './reception/origin.js';

/** Comma-separated items, or none at all. */
function listOrNone(isItem: (text: string) => boolean): z.ZodType<string[], string> {
  const items = list(z.string().refine(isItem));
  return z.union([z.literal('').transform(() => []), items]);
}

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
  MAX_ENTRY_BYTES: {
    schema: positiveInteger.pipe(z.number().max(128 * 1024 * 1024)),
    default: '4194304',
    meaning: 'the largest message that it takes; a larger one comes as a gap',
    expected: 'bytes, a whole number from 1 to 134217728',
  },
  MAX_CONNECTIONS: {
    schema: positiveInteger,
    default: '500',
    meaning: 'how many WebSockets may be connected',
    expected: 'a whole number from 1',
  },
  MAX_CONNECTIONS_PER_ADDRESS: {
    schema: positiveInteger,
    default: '100',
    meaning: 'how many of them may come from one address, or one IPv6 network of 64 bits',
    expected: 'a whole number from 1',
  },
  MAX_BARE_FRAMES_PER_SECOND: {
    schema: positiveInteger,
    default: '1000',
    meaning: 'how many frames of a client without the sub-protocol are read in a second',
    expected: 'a whole number from 1',
  },
  ...accessSettings,
  ALLOW_ANYONE: {
    schema: yesOrNo,
    default: 'false',
    meaning: 'whether anyone who reaches it may connect, without a token and at any address',
    expected: 'true or false',
  },
  ALLOWED_ORIGINS: {
    schema: listOrNone(isOrigin),
    default: '',
    meaning: 'the web pages that may connect',
    expected: 'origins such as https://example.com, comma-separated',
  },
  TRUST_PROXY: {
    schema: listOrNone(isProxyAddress),
    default: '',
    meaning: 'the proxies whose X-Forwarded-For says who connects, where limits count by address',
    expected:
      'addresses, networks such as 10.0.0.0/8, loopback, linklocal or uniquelocal, comma-separated',
  },
  PAGE: {
    schema: yesOrNo,
    default: 'true',
    meaning: 'whether it serves the live page',
    expected: 'true or false',
  },
  PAGE_HISTORY: {
    schema: positiveInteger.pipe(z.number().max(5_000)),
    default: '500',
    meaning: 'how many messages the page shows that came before it was opened',
    expected: 'a whole number from 1 to 5000',
  },
  PAGE_TOKEN: {
    schema: tokenList,
    default: '',
    meaning: 'the secret that opens the live page, in place of RELAY_TOKEN, and nothing else',
    expected: 'printable ASCII; comma-separated for several',
    mask: () => '***',
    isSecret: true,
  },
  PAGE_TOKEN_FILE: {
    schema: optionalText,
    default: '',
    meaning: 'a file that holds PAGE_TOKEN instead; it is read anew whenever it is needed',
    expected: 'the path of a file that can be read',
  },
  PAGE_REDIS_URL: {
    schema: z.union([z.literal('').transform(() => undefined), redisUrl]),
    default: '',
    meaning: 'the Redis in which the page publishes test messages; without it nobody can there',
    expected: 'redis://[user:password@]host:port, rediss:// for TLS',
    mask: withoutPassword,
  },
  TLS_CERT_FILE: {
    schema: optionalText,
    default: '',
    meaning:
      'its certificate, and those between it and the authority; with it it speaks TLS (wss://)',
    expected: 'the path of a PEM file; read again when it changes',
  },
  TLS_KEY_FILE: {
    schema: optionalText,
    default: '',
    meaning: 'the key of its certificate',
    expected: 'the path of a PEM file; read again when it changes',
  },
  TLS_CLIENT_CA_FILE: {
    schema: optionalText,
    default: '',
    meaning: 'the authority whose certificate every client has to show, too',
    expected: 'the path of a PEM file; read again when it changes',
  },
  ...sharedSettings,
} satisfies Settings;

export type ConsumerConfig = ConfigOf<typeof consumerSettings>;
