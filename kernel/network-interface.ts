// Which address or scope stands for a network interface that is named in a
// configuration, for the multicast calls of a socket.

import { isIP } from 'node:net';
import os from 'node:os';

type Interfaces = ReturnType<typeof os.networkInterfaces>;

/**
 * What Node's multicast calls take for `given`, the name or an address of an interface: an address for IPv4, `::%name`
 * for IPv6. Throws when this host has no such interface, which may come later.
 */
export function multicastInterfaceOf(
  given: string,
  family: 4 | 6,
  interfaces: Interfaces = os.networkInterfaces(),
): string {
  if (family === 4 && isIP(given) === 4) return given;
  for (const [name, addresses] of Object.entries(interfaces)) {
    const isMeant = name === given || addresses?.some(({ address }) => address === given);
    if (!isMeant) continue;
    if (family === 6) return `::%${name}`;
    const own = addresses?.find((address) => address.family === 'IPv4');
    if (own) return own.address;
  }
  throw new Error(`no network interface ${JSON.stringify(given)} with an IPv${family} address on this host`);
}
