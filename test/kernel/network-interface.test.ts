import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import { multicastInterfaceOf } from '#kernel/network-interface.ts';

const address = (family: 'IPv4' | 'IPv6', text: string): NetworkInterfaceInfo => {
  const common = { address: text, netmask: '', mac: '', internal: false, cidr: null };
  return family === 'IPv4' ? { ...common, family } : { ...common, family, scopeid: 2 };
};
const known = {
  eth1: [address('IPv6', 'fe80::1'), address('IPv4', '192.0.2.7'), address('IPv4', '192.0.2.8')],
  six: [address('IPv6', 'fd00::1')],
};

test.each([
  ['a name', 4, 'eth1', '192.0.2.7'],
  ['an address', 4, '192.0.2.8', '192.0.2.8'],
  ['an address that is not here (yet)', 4, '192.0.2.9', '192.0.2.9'],
  ['a name, for IPv6', 6, 'eth1', '::%eth1'],
  ['an IPv4 address, for IPv6', 6, '192.0.2.7', '::%eth1'],
  ['an IPv6 address, for IPv6', 6, 'fd00::1', '::%six'],
] as const)('%s', (_what, family, given, expected) =>
  expect(multicastInterfaceOf(given, family, known)).toBe(expected),
);

test.each([
  ['without IPv4, for IPv4', 4, 'six'],
  ['that does not exist', 6, 'eth9'],
] as const)('an interface %s is named in the reason', (_what, family, given) =>
  expect(() => multicastInterfaceOf(given, family, known)).toThrow(`no network interface "${given}"`),
);
