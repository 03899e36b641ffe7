import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { exposedTokens } from './publisher.checks.js';
import type { PublisherConfig } from './publisher.config.js';

const REMOTE = 'ws://consumer.test:3001/relay';
const HERE = 'ws://localhost:3001/relay';

let environment: NodeJS.ProcessEnv;

beforeEach(() => {
  environment = { ...process.env };
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY']) {
    Reflect.deleteProperty(process.env, name);
    Reflect.deleteProperty(process.env, name.toLowerCase());
  }
});

afterEach(() => {
  process.env = environment;
});

function exposures(url: string, env = {}, config: Partial<PublisherConfig> = {}): unknown {
  Object.assign(process.env, env);
  return exposedTokens({ relayToken: ['sesame'], consumerUrl: [url], ...config } as never);
}

describe('a token is exposed', () => {
  it.each([
    ['to a remote consumer without TLS', REMOTE, {}, undefined],
    ['the same, where NO_PROXY avoids the proxy', REMOTE, { NO_PROXY: '*' }, undefined],
    [
      'to a remote proxy',
      REMOTE,
      { HTTP_PROXY: 'http://proxy.test:3128' },
      'http://proxy.test:3128/',
    ],
    ['to it on the way to here', HERE, { HTTP_PROXY: 'proxy.test' }, 'http://proxy.test/'],
    ['behind a proxy here', REMOTE, { HTTP_PROXY: 'http://[::1]:3128' }, 'http://[::1]:3128/'],
    [
      'by a proxy whose password is shown to nobody',
      REMOTE,
      { HTTP_PROXY: 'http://me:hunter2@proxy.test' },
      'http://me:***@proxy.test/',
    ],
  ])('%s', (_, url, env, proxy) => {
    expect(exposures(url, env)).toEqual([{ url, proxy }]);
  });

  it('where it comes from a file, too', () => {
    const config = { relayToken: undefined, relayTokenFile: '/run/secrets/token' };
    expect(exposures(REMOTE, {}, config)).toHaveLength(1);
  });
});

describe('a token is safe', () => {
  it.each([
    ['on the way to this machine', HERE, {}],
    ['the same, by address', 'ws://[::1]:3001/relay', {}],
    ['through a proxy on this machine to this machine', HERE, { HTTP_PROXY: '127.0.0.1:3128' }],
    ['where NO_PROXY avoids the proxy', HERE, { HTTP_PROXY: 'proxy.test', NO_PROXY: 'localhost' }],
    ['on the way here, with a proxy that is none', HERE, { HTTP_PROXY: 'socks5://proxy.test' }],
    [
      'with TLS, whatever the proxy',
      'wss://consumer.test/relay',
      { HTTPS_PROXY: 'http://proxy.test', ALL_PROXY: 'http://proxy.test' },
    ],
  ])('%s', (_, url, env) => {
    expect(exposures(url, env)).toEqual([]);
  });

  it('where there is none', () => {
    expect(exposures(REMOTE, {}, { relayToken: undefined })).toEqual([]);
  });
});
