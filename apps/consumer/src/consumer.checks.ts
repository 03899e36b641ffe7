import {
  certificateMistakes,
  type CertificateSettings,
  type Check,
  tokenMistakes,
} from '@relay/runtime';
import type { consumerSettings } from './consumer.config.js';
import { pageTokenOf } from './page/page-token.js';

type CertificateConfig = Pick<
  Parameters<Check<typeof consumerSettings>>[0],
  'tlsCertFile' | 'tlsKeyFile' | 'tlsClientCaFile'
>;

/** The settings of certificates. */
export function certificateSettings(config: CertificateConfig): CertificateSettings {
  const { tlsCertFile: cert, tlsKeyFile: key, tlsClientCaFile: ca } = config;
  return {
    names: { cert: 'TLS_CERT_FILE', key: 'TLS_KEY_FILE', ca: 'TLS_CLIENT_CA_FILE' },
    files: { cert, key, ca },
  };
}

/** What is wrong with settings of the consumer that are each right on their own. */
export const checkConsumer: Check<typeof consumerSettings> = (config) => {
  const { tlsCertFile, tlsClientCaFile } = config;
  const mistakes = [
    ...tokenMistakes(config),
    ...tokenMistakes(pageTokenOf(config), 'PAGE_TOKEN'),
    ...certificateMistakes(certificateSettings(config)),
  ];
  const hasToken = config.relayToken !== undefined || config.relayTokenFile !== undefined;
  if (config.allowAnyone && hasToken) {
    mistakes.push('ALLOW_ANYONE is true, but a token is set; give one of them');
  }
  const isPageOpen = config.pageToken === undefined && config.pageTokenFile === undefined;
  if (config.allowAnyone && config.pageRedisUrl !== undefined && isPageOpen) {
    mistakes.push(
      'ALLOW_ANYONE is true, and PAGE_REDIS_URL would let anyone publish; set PAGE_TOKEN, or leave one of them out',
    );
  }
  if (tlsClientCaFile !== undefined && tlsCertFile === undefined) {
    mistakes.push(
      'TLS_CLIENT_CA_FILE is given without TLS_CERT_FILE; without TLS there are no certificates',
    );
  }
  return mistakes;
};
