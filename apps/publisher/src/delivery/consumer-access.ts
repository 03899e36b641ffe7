import {
  type CertificateFiles,
  readCertificates,
  type Tokens,
  withoutPassword,
} from '@relay/runtime';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import type { ClientOptions } from 'ws';

/** What a connection to a consumer needs to get there and to be let in. */
export interface Passage {
  readonly options: ClientOptions;
  readonly hasToken: boolean;
  /** The proxy on the way, as it may be shown; undefined without one. */
  readonly proxy: string | undefined;
}

/** A connection cannot even be tried: the message says what is in the way. */
export class PassageError extends Error {
  readonly code = 'no-passage';
  override readonly name = 'PassageError';
}

/** The token, the certificates and the proxy for connections to consumers, all of them looked up anew each time. */
export class ConsumerAccess {
  /** @param certificates `CLIENT_CERT_FILE`, `CLIENT_KEY_FILE` and `CONSUMER_CA_FILE` */
  constructor(
    private readonly tokens: Tokens,
    private readonly certificates: CertificateFiles,
  ) {}

  /**
   * @param signal gives up the way to a proxy that does not answer
   * @param onProxyRefusal is told the HTTP status of a proxy that does not let the connection through
   * @throws PassageError
   */
  prepare(url: string, signal: AbortSignal, onProxyRefusal: (status: number) => void): Passage {
    const tokens = this.tokens.read();
    if (tokens === undefined) throw new PassageError('RELAY_TOKEN_FILE cannot be read');
    const [token] = tokens;
    const proxy = proxyFor(url);
    const agent = proxy && new HttpsProxyAgent(proxy, { signal });
    agent?.on('proxyConnect', ({ statusCode }: { statusCode: number }) => {
      if (statusCode !== 200) onProxyRefusal(statusCode);
    });
    return {
      hasToken: token !== undefined,
      proxy: proxy && withoutPassword(proxy.href),
      options: {
        ...(token !== undefined && { headers: { Authorization: `Bearer ${token}` } }),
        ...(agent && { agent }),
        ...(url.startsWith('wss:') && this.#readCertificates()),
      },
    };
  }

  #readCertificates(): Pick<ClientOptions, 'ca' | 'cert' | 'key'> {
    try {
      return readCertificates(this.certificates);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const names = 'CONSUMER_CA_FILE, CLIENT_CERT_FILE or CLIENT_KEY_FILE';
      throw new PassageError(`${names} cannot be used (${code ?? message})`, { cause: error });
    }
  }
}

/**
 * The proxy that the environment names: `HTTPS_PROXY` for `wss:`, `HTTP_PROXY` for `ws:`, unless `NO_PROXY`
 * excludes the host. Either is asked with CONNECT, since a WebSocket is no request that it could pass on.
 *
 * @throws PassageError when what is named is no proxy that can be used
 */
export function proxyFor(url: string): URL | undefined {
  const given = getProxyForUrl(url.replace(/^ws/, 'http'));
  if (given === '') return undefined;
  const proxy = URL.parse(given);
  if (proxy === null || !['http:', 'https:'].includes(proxy.protocol)) {
    throw new PassageError(
      `the proxy of the environment is not http://host:port: ${withoutPassword(given)}`,
    );
  }
  return proxy;
}
