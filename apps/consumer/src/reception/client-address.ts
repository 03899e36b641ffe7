import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyAddr from 'proxy-addr';

/** Gives the address of whoever made a request. */
export type ClientAddress = (request: IncomingMessage) => string;

/**
 * Believes the `X-Forwarded-For` of the proxies in `trusted` and of nobody else: it gives the last address
 * before the first that is not one of them. Without any that is the other end of the connection. Ports that
 * a proxy adds are left out; where it says what is no address, it stands for its client itself.
 *
 * @param trusted addresses, networks such as `10.0.0.0/8`, `loopback`, `linklocal`, `uniquelocal`
 * @throws TypeError when one of them is none of these
 */
export function clientAddress(trusted: readonly string[]): ClientAddress {
  const isTrusted = proxyAddr.compile([...trusted]);
  return (request) => {
    const hops = proxyAddr.all(request, (hop, index) => {
      const address = addressIn(hop);
      return address !== undefined && isTrusted(address, index);
    });
    // An upgrade that is refused may have lost its socket's other end already.
    return hops.map(addressIn).findLast((address) => address !== undefined) ?? 'unknown';
  };
}

/** The address of a hop such as `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`. */
function addressIn(hop = ''): string | undefined {
  const bracketed = /^\[(.+)\](?::\d+)?$/.exec(hop)?.[1];
  const address = bracketed ?? hop.replace(/^([\d.]+):\d+$/, '$1');
  return isIP(address) === 0 ? undefined : address.replace(/^::ffff:(?=[\d.]+$)/i, '');
}

/** Tells which addresses are proxies in `trusted`: each stands for many clients. */
export function isTrustedProxy(trusted: readonly string[]): (address: string) => boolean {
  const isTrusted = proxyAddr.compile([...trusted]);
  return (address) => isTrusted(address, 0);
}

/** Whether `TRUST_PROXY` may hold this. A number of proxies is nothing that can be trusted. */
export function isProxyAddress(text: string): boolean {
  if (/^\d*$/.test(text)) return false; // proxy-addr takes 1 for 0.0.0.1
  try {
    proxyAddr.compile(text);
    return true;
  } catch {
    return false;
  }
}
