// Linux's tables of open sockets: who listens where, and what the kernel had to drop.
// On a system without /proc every answer is empty.

import { readdir, readFile, readlink } from 'node:fs/promises';

export interface ProcSocket {
  /** Local address: dotted, or IPv6 as `canonicalIPv6` writes it. */
  address: string;
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
      const [addressHex = '', portHex = ''] = local.split(':');
      const port = Number.parseInt(portHex, 16);
      if (Number.isNaN(port)) return [];
      return [
        {
          address: addressOf(addressHex),
          port,
          inode: Number(fields[9] ?? 0),
          listening: state === TCP_LISTEN,
          drops: Number(fields[12] ?? 0) || 0,
        },
      ];
    });
}

/** Words of 32 bits in the machine's byte order, which is little-endian on every platform that Plexus runs on. */
function addressOf(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => word.match(/../g)?.toReversed() ?? []);
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
  return canonicalIPv6((bytes.join('').match(/.{4}/g) ?? []).join(':'));
}

/** One text for each IPv6 address, without a zone; what is none comes back as it is. */
export function canonicalIPv6(address: string): string {
  const [plain = ''] = address.split('%');
  return URL.parse(`http://[${plain}]`)?.hostname.slice(1, -1) ?? address;
}

/** Inodes of the sockets that process `pid` holds; empty when it is gone or not ours to see. */
export async function socketInodes(pid: number | 'self'): Promise<Set<number>> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = await readdir(folder).catch(() => []);
  const targets = await Promise.all(descriptors.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
  const inodes = targets.map((target) => Number(/^socket:\[(\d+)\]$/.exec(target)?.[1]));
  return new Set(inodes.filter((inode) => inode > 0));
}
