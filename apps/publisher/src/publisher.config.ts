import { RELAY_PATH, testWebsocketDto } from '@relay/contracts';
import {
  accessSettings,
  type ConfigOf,
  hostInUrl,
  list,
  name,
  optionalText,
  port,
  positiveInteger,
  redisUrl,
  sameValue,
  type Settings,
  sharedSettings,
  url,
  withoutPassword,
  withoutPasswords,
} from '@relay/runtime';
import * as z from 'zod';

const channels = list(z.string().min(1));
const consumerUrls = list(url('ws:', 'wss:'));

/** Every setting of the publisher. */
export const publisherSettings = {
  PUBLISHER_NAME: {
    schema: name,
    default: 'publisher',
    meaning: 'who it is, to the consumers: stable across restarts, its own among those alive',
    expected: 'up to 200 characters, no control characters',
  },
  REDIS_URL: {
    schema: redisUrl,
    default: 'redis://localhost:6379',
    meaning: 'the Redis to hear',
    expected: 'redis://[user:password@]host:port, rediss:// for TLS',
    mask: withoutPassword,
  },
  REDIS_CA_FILE: {
    schema: optionalText,
    default: '',
    meaning: "the authority of the certificate of rediss://, in place of the system's",
    expected: 'the path of a PEM file',
  },
  REDIS_CHANNELS: {
    schema: channels,
    default: testWebsocketDto.channel,
    meaning: 'the channels to relay; one with *, ? or [ is a pattern',
    expected: 'channel names, comma-separated',
  },
  CONSUMER_URL: {
    schema: consumerUrls,
    default: `ws://localhost:3001${RELAY_PATH}`,
    meaning: 'the consumers to send to: each gets everything, at its own pace',
    expected: `ws://host:port${RELAY_PATH} or wss://…, comma-separated for several`,
    mask: withoutPasswords,
    shortFlags: {
      host: {
        meaning: `the host of the consumer alone, for ws://HOST:3001${RELAY_PATH}`,
        toValue: (host: string) => `ws://${hostInUrl(host)}:3001${RELAY_PATH}`,
        notWith: {
          port: `they are of two machines; expected --consumer-url=ws://HOST:PORT${RELAY_PATH} for a consumer, --publisher-port for its own health`,
        },
      },
    },
  },
  ...accessSettings,
  CONSUMER_CA_FILE: {
    schema: optionalText,
    default: '',
    meaning: "the authority of the certificates of wss://, in place of the system's",
    expected: 'the path of a PEM file; read anew at each connection',
  },
  CLIENT_CERT_FILE: {
    schema: optionalText,
    default: '',
    meaning: 'its own certificate, for consumers that ask for one',
    expected: 'the path of a PEM file; read anew at each connection',
  },
  CLIENT_KEY_FILE: {
    schema: optionalText,
    default: '',
    meaning: 'the key of that certificate',
    expected: 'the path of a PEM file; read anew at each connection',
  },
  PUBLISHER_HOST: {
    schema: z.string().min(1),
    default: 'localhost',
    meaning: 'where its health is served',
    expected: 'a host name or address',
  },
  PUBLISHER_PORT: {
    schema: port,
    default: '3000',
    meaning: 'the port of its health',
    expected: 'a port from 0 to 65535, 0 for a free one',
    shortFlags: { port: sameValue('the same') },
  },
  OUTBOX_MAX_MESSAGES: {
    schema: positiveInteger,
    default: '1000000',
    meaning: 'how many messages are kept until they are acknowledged, at the most',
    expected: 'a whole number from 1',
  },
  OUTBOX_MAX_BYTES: {
    schema: positiveInteger,
    default: '268435456',
    meaning: 'how many bytes they take at the most',
    expected: 'a whole number from 1',
  },
  READY_OUTBOX_PERCENT: {
    schema: positiveInteger.pipe(z.number().max(100)),
    default: '50',
    meaning:
      'how full the outbox may be, while no consumer is there, for the publisher to be ready',
    expected: 'a whole number from 1 to 100',
  },
  ...sharedSettings,
} satisfies Settings;

export type PublisherConfig = ConfigOf<typeof publisherSettings>;
