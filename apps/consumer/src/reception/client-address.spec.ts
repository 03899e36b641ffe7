import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { clientAddress, isProxyAddress } from './client-address.js';

function request(remoteAddress: string | undefined, forwardedFor?: string): IncomingMessage {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  return { headers, socket: { remoteAddress }, connection: { remoteAddress } } as never;
}

describe("the client's address", () => {
  it.each([
    ['of nobody but the other end where no proxy is trusted', [], '10.0.0.1', '198.51.100.1'],
    [
      'of the other end when it is not a trusted proxy',
      ['10.0.0.0/8'],
      '203.0.113.5',
      '198.51.100.1',
    ],
  ])('is that %s', (_, trusted, remote, forwarded) => {
    expect(clientAddress(trusted)(request(remote, forwarded))).toBe(remote);
  });

  it('is what a trusted proxy says', () => {
    const address = clientAddress(['loopback']);
    expect(address(request('127.0.0.1', '198.51.100.1'))).toBe('198.51.100.1');
    expect(address(request('::ffff:127.0.0.1', '198.51.100.1'))).toBe('198.51.100.1');
  });

  it('is the last that is no trusted proxy: what stands before it anybody can claim', () => {
    const address = clientAddress(['loopback', '10.0.0.0/8']);
    expect(address(request('127.0.0.1', '1.1.1.1, 198.51.100.1, 10.0.0.2'))).toBe('198.51.100.1');
  });

  it('is written one way, whether it came as IPv4 or in IPv6', () => {
    expect(clientAddress([])(request('::ffff:203.0.113.5'))).toBe('203.0.113.5');
    expect(clientAddress([])(request('2001:db8::1'))).toBe('2001:db8::1');
  });

  it.each([
    ['198.51.100.1:4711', '198.51.100.1'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[::ffff:198.51.100.1]:4711', '198.51.100.1'],
    ['198.51.100.1:4711, 10.0.0.2:99', '198.51.100.1'],
  ])('is without the port that a proxy told in %j', (forwarded, expected) => {
    const address = clientAddress(['loopback', '10.0.0.0/8']);
    expect(address(request('127.0.0.1', forwarded))).toBe(expected);
  });

  it.each(['unknown', '_hidden', '198.51.100.1:x', '1', '[]:1', '[198.51.100.1', ':'])(
    'is that of the proxy itself which tells %j',
    (word) => {
      const address = clientAddress(['loopback', '10.0.0.0/8']);
      expect(address(request('127.0.0.1', word))).toBe('127.0.0.1');
      expect(address(request('127.0.0.1', `192.0.2.9, ${word}, 10.0.0.2`))).toBe('10.0.0.2');
    },
  );

  it('is unknown when the connection is gone', () => {
    expect(clientAddress([])(request(undefined))).toBe('unknown');
  });
});

describe('isProxyAddress', () => {
  it.each([
    ['10.0.0.0/8', true],
    ['::1', true],
    ['uniquelocal', true],
    ['true', false],
    ['', false],
    ['1', false],
    ['proxy.example.com', false],
  ])('of %j is %s', (text, expected) => {
    expect(isProxyAddress(text)).toBe(expected);
  });
});
