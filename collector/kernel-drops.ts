// Datagrams that the kernel threw away before we could read them: the one loss that
// the collector cannot count itself.

import { isIPv6 } from 'node:net';
import { canonicalIPv6, readProcNet, socketInodes } from '#kernel/proc-net.ts';

export interface BoundAddress {
  address: string;
  port: number;
}

/**
 * Of each of this process's UDP sockets since it was opened; 0 where /proc is absent. Sockets of
 * one process that are bound alike cannot be told apart and each show the sum.
 */
export async function kernelDrops(sockets: readonly BoundAddress[]): Promise<number[]> {
  const [inodes, udp4, udp6] = await Promise.all([socketInodes('self'), readProcNet('udp'), readProcNet('udp6')]);
  // Others may share the port by SO_REUSEADDR; only our own sockets count.
  const own = [...udp4, ...udp6].filter(({ inode }) => inodes.has(inode));
  return sockets.map(({ address, port }) => {
    const bound = isIPv6(address) ? canonicalIPv6(address) : address;
    const same = own.filter((socket) => socket.port === port && socket.address === bound);
    return same.reduce((sum, { drops }) => sum + drops, 0);
  });
}
