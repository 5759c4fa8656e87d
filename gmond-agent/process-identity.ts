// Is that process still the one we mean? A pid alone is not enough: it is given
// out again, also within one boot.

import { readFileSync } from 'node:fs';

/** Start time of a live process in clock ticks since boot (proc(5), stat field 22); undefined when gone or a zombie. */
export function startTicksOf(pid: number): number | undefined {
  const stat = readProc(pid, 'stat');
  // The command in parentheses may itself hold spaces and parentheses: count from the last one.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (!fields || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  const ticks = Number(fields[19]);
  return Number.isFinite(ticks) ? ticks : undefined;
}

/** True while the process lives and was started with `argument` among its arguments. */
export const runsWithArgument = (pid: number, argument: string): boolean =>
  startTicksOf(pid) !== undefined && (readProc(pid, 'cmdline') ?? '').split('\0').includes(argument);

function readProc(pid: number, file: 'stat' | 'cmdline'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // Gone, or hidden from us by hidepid: not ours either way.
    return undefined;
  }
}
