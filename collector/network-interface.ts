// Which interface a multicast group is joined on: operators name it or give one of its
// addresses; the socket calls of IPv4 want an address, those of IPv6 a scope.

import { isIPv6 } from 'node:net';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';

type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

/**
 * `given` (name or address) in the form that `addMembership` takes for `group`. What is
 * not known here is returned as it is: the system then says what is wrong with it.
 */
export function multicastInterface(group: string, given: string, known: Interfaces = networkInterfaces()): string {
  const found = Object.entries(known).find(
    ([name, addresses]) => name === given || addresses?.some(({ address }) => address === given),
  );
  if (found === undefined) return given;
  const [name, addresses] = found;
  if (isIPv6(group)) return `::%${name}`;
  return name === given ? (addresses?.find(({ family }) => family === 'IPv4')?.address ?? given) : given;
}
