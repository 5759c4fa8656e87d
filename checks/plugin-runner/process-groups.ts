// Ends what a runner that died has left behind. Its programs stay in its session,
// and /proc tells who is in one.

import { readFile, readdir } from 'node:fs/promises';

/** Programs may go on forking while they are looked for; a tree that outruns so many rounds is left to the kernel. */
const ROUNDS = 5;

/** SIGKILL to every process of the group. */
export function killGroup(pgid: number): void {
  try {
    process.kill(-pgid, 'SIGKILL');
  } catch (error) {
    // ESRCH: the last of the group is gone already, which is what was wanted. EPERM: it has become another user's.
    if (!(error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM'))) throw error;
  }
}

/** Process groups with somebody alive in the session `sid`; proc_pid_stat(5). */
async function groupsOfSession(sid: number): Promise<Set<number>> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const groups = new Set<number>();
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // The command's name before the bracket may itself hold blanks and brackets.
    const [state, , pgrp, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(session) === sid && state !== 'Z') groups.add(Number(pgrp));
  }
  return groups;
}

/** Kills every process group of the session that the dead process `leader` had opened. */
export async function killSession(leader: number): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const groups = await groupsOfSession(leader);
    if (groups.size === 0) return;
    for (const pgid of groups) killGroup(pgid);
  }
}
