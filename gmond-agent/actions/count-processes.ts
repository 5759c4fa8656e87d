// Counts the processes of this host by name, user and arguments: all of them, at this
// moment. A report lists only the busiest.

import { readdir } from 'node:fs/promises';
import { object, text } from '#wire/json-shape.ts';
import { parseAccounts } from '../desired-state/account-names.ts';
import { parseProcessStat } from '../facts-processes.ts';
import { readTextFile, type ReadText } from '../samplers/proc-reader.ts';
import { withBody, type Action } from './action.ts';

const shape = object(
  {},
  {
    /** Name of the program, as `ps -o comm` shows it or as its command line has it. */
    name: text(256),
    user: text(256),
    /** Part of the command line. */
    args: text(4096),
  },
);
interface Wanted {
  name?: string | undefined;
  user?: string | undefined;
  args?: string | undefined;
}

const MOST_PROCESSES = 100_000;
const READ_AT_ONCE = 64;
/** In the answer, for people. */
const MOST_PIDS = 20;

export const countProcessesAction: Action = {
  name: 'count_processes',
  run: (body, _context, signal) =>
    withBody(shape, body, async (wanted) => {
      const pids = await matchingProcesses(wanted, readTextFile, signal);
      return { status: 'succeeded', result: { count: pids.length, pids: pids.slice(0, MOST_PIDS) } };
    }),
};

async function matchingProcesses(wanted: Wanted, readText: ReadText, signal: AbortSignal): Promise<number[]> {
  const uid = wanted.user === undefined ? undefined : await uidOf(wanted.user, readText);
  // A user that does not exist runs nothing.
  if (wanted.user !== undefined && uid === undefined) return [];
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).slice(0, MOST_PROCESSES);
  const found: number[] = [];
  for (let at = 0; at < all.length && !signal.aborted; at += READ_AT_ONCE) {
    const batch = all.slice(at, at + READ_AT_ONCE);
    const hits = await Promise.all(batch.map((pid) => matches(pid, { ...wanted, uid }, readText)));
    found.push(...batch.filter((_, index) => hits[index]).map(Number));
  }
  return found;
}

async function matches(
  pid: string,
  wanted: Wanted & { uid: number | undefined },
  readText: ReadText,
): Promise<boolean> {
  const stat = parseProcessStat((await readText(`/proc/${pid}/stat`)) ?? '');
  if (stat === undefined) return false;
  const argv = ((await readText(`/proc/${pid}/cmdline`)) ?? '').split('\0');
  // The kernel keeps 15 characters of a name, so a longer one is looked for in the command line.
  if (wanted.name !== undefined && stat.name !== wanted.name && argv[0]?.split('/').at(-1) !== wanted.name)
    return false;
  if (wanted.args !== undefined && !argv.join(' ').includes(wanted.args)) return false;
  if (wanted.uid === undefined) return true;
  const status = (await readText(`/proc/${pid}/status`)) ?? '';
  return Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]) === wanted.uid;
}

async function uidOf(user: string, readText: ReadText): Promise<number | undefined> {
  if (/^\d+$/.test(user)) return Number(user);
  return parseAccounts((await readText('/etc/passwd')) ?? '').get(user);
}
