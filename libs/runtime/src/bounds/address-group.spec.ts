import { describe, expect, it } from '@jest/globals';
import { addressGroup } from './address-group.js';

describe('a client is counted', () => {
  it.each([
    ['by its IPv4 address', '192.0.2.7', '192.0.2.7'],
    ['by the same where IPv6 carries it', '::ffff:192.0.2.7', '192.0.2.7'],
    ['by its IPv6 network', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['by the network that zeros are left out of', '2001:db8::6', '2001:db8:0:0::/64'],
    ['by the network however it is written', '2001:0DB8:0:0:1::', '2001:db8:0:0::/64'],
    ['by the network of loopback', '::1', '0:0:0:0::/64'],
    ['by the network without the zone', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['with all others of whom nothing is known', 'unknown', 'unknown'],
  ])('%s', (_, address, group) => {
    expect(addressGroup(address)).toBe(group);
  });
});
