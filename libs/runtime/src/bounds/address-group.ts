import { isIPv6 } from 'node:net';

/**
 * What limits by address count together: an IPv4 address alone, and the 64-bit network of an IPv6 address,
 * since whoever has one has all of it.
 */
export function addressGroup(address: string): string {
  const [bare = ''] = address.split('%', 1); // without the zone of a link-local address
  const mapped = /^::ffff:([\d.]+)$/i.exec(bare)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(bare)) return address;
  const [head = '', tail] = bare.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  // an IPv4 address at the end stands for two groups; which ones does not matter here
  const length = before.length + after.length + (bare.includes('.') ? 1 : 0);
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - length }, () => '0');
  const groups = [...before, ...zeros, ...after].slice(0, 4);
  return `${groups.map((group) => parseInt(group, 16).toString(16)).join(':')}::/64`;
}
