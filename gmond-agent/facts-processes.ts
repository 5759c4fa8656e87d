// Processes worth showing: the busiest, the largest, and those that somebody watches.

import { readdir } from 'node:fs/promises';
import type { AgentReport } from '#kernel/domain/event.ts';
import { parseAccounts } from './desired-state/account-names.ts';
import { parseProcStat } from './samplers/cpu.ts';
import type { ReadText } from './samplers/proc-reader.ts';

type Process = AgentReport['processes'][number];

interface ProcessStat {
  pid: number;
  name: string;
  cpuTicks: number;
  startTicks: number;
  /** Resident pages; their size differs by kernel, so good for comparing only. */
  rssPages: number;
}

const TOP_OF_EACH = 20;
const MOST_WATCHED = 100;
const MOST_PROCESSES = 20_000;
const READ_AT_ONCE = 64;
// USER_HZ, in which the kernel tells times to programs: 100 on every Linux that Node runs on.
const TICKS_PER_SEC = 100;

/** Text of /proc/<pid>/stat; the name stands in parentheses and may hold blanks and parentheses. */
export function parseProcessStat(text: string): ProcessStat | undefined {
  const found = /^(\d+) \((.*)\) \S (.*)$/s.exec(text.trim());
  if (found === null) return undefined;
  const fields = (found[3] ?? '').split(' ').map(Number);
  // Counted from field 4 (ppid) of proc_pid_stat(5): utime 14, stime 15, starttime 22, rss 24.
  const [utime, stime, start, rss] = [fields[10], fields[11], fields[18], fields[20]];
  if (utime === undefined || stime === undefined || start === undefined || rss === undefined) return undefined;
  return { pid: Number(found[1]), name: found[2] ?? '', cpuTicks: utime + stime, startTicks: start, rssPages: rss };
}

/** The top by CPU time and by memory, each once. Kernel threads have no memory and so come by CPU only. */
export function topProcesses(all: readonly ProcessStat[], count: number): ProcessStat[] {
  const by = (weight: (one: ProcessStat) => number) => [...all].sort((a, b) => weight(b) - weight(a)).slice(0, count);
  return [...new Set([...by((one) => one.rssPages), ...by((one) => one.cpuTicks)])];
}

/** `watch`: parts of command lines; processes that carry one are listed whatever they use. */
export async function readProcesses(readText: ReadText, watch: readonly string[]): Promise<Process[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).slice(0, MOST_PROCESSES);
  const stats: ProcessStat[] = [];
  const watched: ProcessStat[] = [];
  for (let at = 0; at < pids.length; at += READ_AT_ONCE) {
    const batch = pids.slice(at, at + READ_AT_ONCE);
    for (const { stat, commandLine } of await Promise.all(
      batch.map((pid) => readOne(readText, pid, watch.length > 0)),
    )) {
      if (stat === undefined) continue;
      stats.push(stat);
      if (watched.length < MOST_WATCHED && watch.some((part) => commandLine.includes(part))) watched.push(stat);
    }
  }
  const chosen = [...new Set([...watched, ...topProcesses(stats, TOP_OF_EACH)])];
  const users = parseAccounts((await readText('/etc/passwd')) ?? '');
  const bootSec = parseProcStat((await readText('/proc/stat')) ?? '')?.bootTimeSec;
  return Promise.all(chosen.map((one) => describe(readText, one, users, bootSec)));
}

async function readOne(readText: ReadText, pid: string, withCommandLine: boolean) {
  const [stat, commandLine] = await Promise.all([
    readText(`/proc/${pid}/stat`),
    withCommandLine ? readText(`/proc/${pid}/cmdline`) : '',
  ]);
  return { stat: parseProcessStat(stat ?? ''), commandLine: (commandLine ?? '').replaceAll('\0', ' ') };
}

async function describe(
  readText: ReadText,
  one: ProcessStat,
  users: ReadonlyMap<string, number>,
  bootSec: number | undefined,
): Promise<Process> {
  const status = (await readText(`/proc/${one.pid}/status`)) ?? '';
  const uid = /^Uid:\s+(\d+)/m.exec(status)?.[1];
  const rssKb = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  const user = uid === undefined ? undefined : ([...users].find(([, id]) => id === Number(uid))?.[0] ?? uid);
  return {
    name: one.name,
    pid: one.pid,
    ...(user !== undefined && { user }),
    cpuSec: one.cpuTicks / TICKS_PER_SEC,
    ...(rssKb !== undefined && { rssBytes: Number(rssKb) * 1024 }),
    ...(bootSec !== undefined && { startedAtMs: Math.round((bootSec + one.startTicks / TICKS_PER_SEC) * 1000) }),
  };
}
