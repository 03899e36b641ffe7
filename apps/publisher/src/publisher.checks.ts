import {
  certificateMistakes,
  type CertificateSettings,
  type Check,
  isLoopback,
  tokenMistakes,
  withoutPassword,
} from '@relay/runtime';
import { PassageError, proxyFor } from './delivery/consumer-access.js';
import type { PublisherConfig, publisherSettings } from './publisher.config.js';

type CertificateConfig = Pick<
  Parameters<Check<typeof publisherSettings>>[0],
  'redisCaFile' | 'consumerCaFile' | 'clientCertFile' | 'clientKeyFile'
>;

/** The settings of certificates, those for Redis and those for consumers. */
export function certificateSettings(config: CertificateConfig): CertificateSettings[] {
  const { redisCaFile, consumerCaFile, clientCertFile, clientKeyFile } = config;
  return [
    { names: { ca: 'REDIS_CA_FILE' }, files: { ca: redisCaFile } },
    {
      names: { cert: 'CLIENT_CERT_FILE', key: 'CLIENT_KEY_FILE', ca: 'CONSUMER_CA_FILE' },
      files: { cert: clientCertFile, key: clientKeyFile, ca: consumerCaFile },
    },
  ];
}

/** What is wrong with settings of the publisher that are each right on their own. */
export const checkPublisher: Check<typeof publisherSettings> = (config) => {
  const { redisUrl, redisCaFile, consumerUrl, consumerCaFile, clientCertFile } = config;
  const mistakes = [
    ...tokenMistakes(config),
    ...certificateSettings(config).flatMap(certificateMistakes),
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

/** A way on which the token can be read, as it may be shown. */
export interface Exposure {
  readonly url: string;
  /** The proxy on the way; undefined without one. */
  readonly proxy: string | undefined;
}

/**
 * The consumers to which the token travels in clear over a network. A proxy is one more to read it: CONNECT
 * opens a tunnel, and what `ws://` sends through that is as clear as without.
 */
export function exposedTokens(config: PublisherConfig): Exposure[] {
  if (config.relayToken === undefined && config.relayTokenFile === undefined) return [];
  return config.consumerUrl
    .filter((url) => new URL(url).protocol === 'ws:')
    .map((url) => ({ url, proxy: usableProxyFor(url)?.href }))
    .filter(({ url, proxy }) => leavesThisMachine(url) || (proxy && leavesThisMachine(proxy)))
    .map(({ url, proxy }) => ({
      url: withoutPassword(url),
      proxy: proxy && withoutPassword(proxy),
    }));
}

/** Through a proxy that cannot be used nothing goes, the token neither. */
function usableProxyFor(url: string): URL | undefined {
  try {
    return proxyFor(url);
  } catch (error) {
    if (error instanceof PassageError) return undefined;
    throw error;
  }
}

function leavesThisMachine(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return host !== 'localhost' && !isLoopback(host);
}
