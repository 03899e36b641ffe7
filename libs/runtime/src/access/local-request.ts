import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** What a proxy adds to what it passes on. */
const FORWARDING_HEADERS = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'via',
];

/** Whether only this machine reaches the address, written as IPv4, IPv6 or IPv4 in IPv6. */
export function isLoopback(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && LOOPBACK.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Whether a request was made for this very machine by its name. A page that had its name point to 127.0.0.1
 * (DNS rebinding) sends that name as the `Host`, and most reverse proxies theirs.
 */
export function isForLocalHost({ headers }: IncomingMessage): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(headers.host ?? '');
}

/**
 * Whether a proxy passed the request on, as far as can be seen: it says so, or speaks HTTP/1.0. nginx does,
 * and sends the name of this machine as the `Host`, unless it is told otherwise; programs of today do not.
 */
export function isForwarded({ headers, httpVersion }: IncomingMessage): boolean {
  return httpVersion === '1.0' || FORWARDING_HEADERS.some((name) => headers[name] !== undefined);
}

/** Whether a request comes from this machine, as far as can be told. */
export function isLocal(request: IncomingMessage): boolean {
  const { remoteAddress = '' } = request.socket;
  return isLoopback(remoteAddress) && isForLocalHost(request) && !isForwarded(request);
}
