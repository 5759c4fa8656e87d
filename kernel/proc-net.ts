// Linux's tables of open sockets: who listens where, and what the kernel had to drop.
// On a system without /proc every answer is empty.

import { readdir, readFile, readlink } from 'node:fs/promises';

export interface ProcSocket {
  port: number;
  /** Number by which a process's descriptors name the socket; 0 when no process holds it. */
  inode: number;
  /** TCP only: waiting for connections. */
  listening: boolean;
  /** UDP only: datagrams that the kernel threw away because the buffer was full. */
  drops: number;
}

const TCP_LISTEN = '0A';

/** Sockets of one table, such as 'tcp6'. Empty when the table cannot be read. */
export async function readProcNet(table: 'tcp' | 'tcp6' | 'udp' | 'udp6'): Promise<ProcSocket[]> {
  const text = await readFile(`/proc/net/${table}`, 'utf8').catch(() => '');
  return parseProcNet(text);
}

/** Source: Linux Documentation/networking/proc_net_tcp.rst; udp has the same first columns and ends in drops. */
export function parseProcNet(text: string): ProcSocket[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const fields = line.trim().split(/\s+/);
      const [, local = '', , state = ''] = fields;
      const port = Number.parseInt(local.split(':')[1] ?? '', 16);
      if (Number.isNaN(port)) return [];
      return [
        { port, inode: Number(fields[9] ?? 0), listening: state === TCP_LISTEN, drops: Number(fields[12] ?? 0) || 0 },
      ];
    });
}

/** Inodes of the sockets that process `pid` holds; empty when it is gone or not ours to see. */
export async function socketInodes(pid: number | 'self'): Promise<Set<number>> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = await readdir(folder).catch(() => []);
  const targets = await Promise.all(descriptors.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
  const inodes = targets.map((target) => Number(/^socket:\[(\d+)\]$/.exec(target)?.[1]));
  return new Set(inodes.filter((inode) => inode > 0));
}
