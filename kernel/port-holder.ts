// Finds out who holds a port that we could not bind, so that the message to the
// operator can name it.

import { readdir, readFile } from 'node:fs/promises';
import { AppError } from './errors.ts';
import { readProcNet, socketInodes } from './proc-net.ts';

export interface PortHolder {
  pid: number;
  command: string;
}

/** Undefined when nobody holds it any more, or the holder is not ours to see (another user's process). */
export async function findPortHolder(protocol: 'tcp' | 'udp', port: number): Promise<PortHolder | undefined> {
  const tables = await Promise.all([readProcNet(protocol), readProcNet(`${protocol}6`)]);
  const inodes = tables
    .flat()
    .filter((socket) => socket.port === port && socket.inode > 0 && (protocol === 'udp' || socket.listening))
    .map((socket) => socket.inode);
  if (inodes.length === 0) return undefined;
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter((pid) => pid > 0);
  // One process after the other: this runs once, at a failed start, and must not open a thousand files at a time.
  for (const pid of pids) {
    const held = await socketInodes(pid);
    if (!inodes.some((inode) => held.has(inode))) continue;
    const command = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'unknown');
    return { pid, command: command.trim() };
  }
  return undefined;
}

export const describeHolder = (holder: PortHolder | undefined): string =>
  holder === undefined ? 'another process' : `pid ${holder.pid} (${holder.command})`;

/** The error of a bind that failed with EADDRINUSE: `port_taken`, with the holder by name where it is known. */
export async function portTaken(what: {
  protocol: 'tcp' | 'udp';
  port: number;
  setting: string;
  cause?: unknown;
}): Promise<AppError> {
  const { protocol, port, setting, cause } = what;
  const holder = await findPortHolder(protocol, port);
  return new AppError(
    'port_taken',
    `Port ${port}/${protocol} is taken by ${describeHolder(holder)}. Stop it, or set ${setting} to another port.`,
    { cause, details: { protocol, port, ...(holder && { pid: holder.pid, command: holder.command }) } },
  );
}
