// Datagrams that the kernel threw away before we could read them: the one loss that
// the collector cannot count itself.

import { readProcNet, socketInodes } from '#kernel/proc-net.ts';

/** Sum over this process's UDP sockets on `ports` since they were opened; 0 where /proc is absent. */
export async function kernelDrops(ports: ReadonlySet<number>): Promise<number> {
  const [inodes, udp4, udp6] = await Promise.all([socketInodes('self'), readProcNet('udp'), readProcNet('udp6')]);
  let drops = 0;
  for (const socket of [...udp4, ...udp6]) {
    // Others may share the port by SO_REUSEADDR; only our own sockets count.
    if (ports.has(socket.port) && inodes.has(socket.inode)) drops += socket.drops;
  }
  return drops;
}
