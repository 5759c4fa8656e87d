import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import { multicastInterface } from '#collector/network-interface.ts';

const address = (family: 'IPv4' | 'IPv6', text: string): NetworkInterfaceInfo => {
  const common = { address: text, netmask: '', mac: '', internal: false, cidr: null };
  return family === 'IPv4' ? { ...common, family } : { ...common, family, scopeid: 2 };
};
const known = {
  eth1: [address('IPv6', 'fe80::1'), address('IPv4', '192.0.2.7'), address('IPv4', '192.0.2.8')],
  six: [address('IPv6', 'fd00::1')],
};

test.each([
  ['a name', '239.2.11.71', 'eth1', '192.0.2.7'],
  ['an address', '239.2.11.71', '192.0.2.8', '192.0.2.8'],
  ['a name, for IPv6', 'ff15::8649', 'eth1', '::%eth1'],
  ['an IPv4 address, for IPv6', 'ff15::8649', '192.0.2.7', '::%eth1'],
  ['an IPv6 address, for IPv6', 'ff15::8649', 'fd00::1', '::%six'],
  ['an interface without IPv4, for IPv4', '239.2.11.71', 'six', 'six'],
  ['an interface that does not exist', '239.2.11.71', 'eth9', 'eth9'],
])('%s', (_what, group, given, expected) => expect(multicastInterface(group, given, known)).toBe(expected));
