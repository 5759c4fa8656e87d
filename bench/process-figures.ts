// What the kernel says of running processes: CPU time, memory, children.

import { readFile, readdir } from 'node:fs/promises';

// USER_HZ is 100 on every Linux that Node runs on.
const MS_PER_TICK = 10;

/** Fields after the command's name, which may itself hold blanks and brackets: [0] is the state. proc_pid_stat(5). */
async function statOf(pid: number): Promise<string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** CPU time of the process and of the children it has waited for, in milliseconds. */
export async function cpuMs(pid: number): Promise<number> {
  const fields = await statOf(pid);
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * MS_PER_TICK;
}

export interface Memory {
  /** Every page it has in memory, shared ones in full. */
  rssMb: number;
  /** Shared pages divided by the number of processes that share them. */
  pssMb: number;
}

/** Of a process that is gone meanwhile: nothing. */
async function memoryOf(pid: number): Promise<Memory> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const megabytes = (name: string) =>
    (Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024) / 1e6;
  return { rssMb: megabytes('Rss'), pssMb: megabytes('Pss') };
}

export async function sumOfMemory(pids: readonly number[]): Promise<Memory> {
  const all = await Promise.all(pids.map(memoryOf));
  return {
    rssMb: all.reduce((sum, { rssMb }) => sum + rssMb, 0),
    pssMb: all.reduce((sum, { pssMb }) => sum + pssMb, 0),
  };
}

/** Children, their children and so on. */
export async function descendantsOf(pid: number): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const parents = await Promise.all(pids.map(async (each) => ({ pid: each, parent: Number((await statOf(each))[1]) })));
  const below = (of: number): number[] =>
    parents.filter(({ parent }) => parent === of).flatMap((child) => [child.pid, ...below(child.pid)]);
  return below(pid);
}

/** What stands in the process's command line; empty once it is gone. */
export const commandOf = (pid: number): Promise<string> =>
  readFile(`/proc/${pid}/cmdline`, 'utf8').then(
    (text) => text.replaceAll('\0', ' ').trim(),
    () => '',
  );

export const isPostgres = (command: string): boolean => /^(postgres:|\S*\/postgres )/.test(command);
