// One agent per state directory. The lock names its holder by pid and start time,
// so that a lock left by a kill -9 holds nobody up, and the server can find and
// adopt an agent that outlived it.

import { linkSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '#kernel/errors.ts';
import { readIfThere } from './durable-file.ts';
import { startTicksOf } from './process-identity.ts';

interface LockHolder {
  pid: number;
  startTicks: number;
}

const lockPath = (stateDir: string): string => path.join(stateDir, 'agent.lock');

/** The live agent of this state directory, or undefined. */
export function readAgentLock(stateDir: string): LockHolder | undefined {
  const [pid, startTicks] = (readIfThere(lockPath(stateDir)) ?? '').trim().split(' ').map(Number);
  if (!pid || startTicks === undefined || startTicksOf(pid) !== startTicks) return undefined;
  return { pid, startTicks };
}

/** Takes the lock and returns how to let go. Throws `agent_running` while a live process holds it. */
export function takeAgentLock(stateDir: string): () => void {
  const file = lockPath(stateDir);
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, `${process.pid} ${startTicksOf(process.pid) ?? 0}\n`, { mode: 0o600 });
  try {
    // A link is made whole or not at all, so nobody ever reads a half-written lock.
    for (let attempt = 1; ; attempt++) {
      const holder = readAgentLock(stateDir);
      if (holder) throw alreadyRunning(stateDir, holder.pid);
      rmSync(file, { force: true });
      try {
        linkSync(mine, file);
        return () => rmSync(file, { force: true });
      } catch (error) {
        if (attempt === 3) throw error;
      }
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

const alreadyRunning = (stateDir: string, pid: number): AppError =>
  new AppError('agent_running', `An agent with the state in ${stateDir} is running already (pid ${pid}).`, {
    details: { pid },
  });
