import { certificateMistakes, type Check, isLoopback, tokenMistakes } from '@relay/runtime';
import type { PublisherConfig, publisherSettings } from './publisher.config.js';

/** What is wrong with settings of the publisher that are each right on their own. */
export const checkPublisher: Check<typeof publisherSettings> = (config) => {
  const { redisUrl, redisCaFile, consumerUrl, consumerCaFile, clientCertFile, clientKeyFile } =
    config;
  const mistakes = [
    ...tokenMistakes(config),
    ...certificateMistakes({ ca: 'REDIS_CA_FILE' }, { ca: redisCaFile }),
    ...certificateMistakes(
      { cert: 'CLIENT_CERT_FILE', key: 'CLIENT_KEY_FILE', ca: 'CONSUMER_CA_FILE' },
      { cert: clientCertFile, key: clientKeyFile, ca: consumerCaFile },
    ),
  ];
  if (redisCaFile !== undefined && redisUrl?.startsWith('redis:')) {
    mistakes.push(
      'REDIS_CA_FILE is given, but REDIS_URL is not rediss://; without TLS nothing is checked',
    );
  }
  const isWithoutTls = consumerUrl?.every((url) => url.startsWith('ws:')) ?? false;
  if (isWithoutTls && (consumerCaFile ?? clientCertFile) !== undefined) {
    const name = consumerCaFile === undefined ? 'CLIENT_CERT_FILE' : 'CONSUMER_CA_FILE';
    mistakes.push(
      `${name} is given, but no CONSUMER_URL is wss://; without TLS nothing is checked`,
    );
  }
  return mistakes;
};

/** The consumers to which the token travels in clear over a network. */
export function exposedTokens(config: PublisherConfig): string[] {
  if (config.relayToken === undefined && config.relayTokenFile === undefined) return [];
  return config.consumerUrl.filter((url) => {
    const { protocol, hostname } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, '');
    return protocol === 'ws:' && host !== 'localhost' && !isLoopback(host);
  });
}
