// A peer that runs checks, as a process in a folder of its own that its unprivileged user may write
// to. What it did is read from what it leaves behind when it ends.

import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '#kernel/clock.ts';
import { familyCpuMs, familyOf, warmUpSec, WINDOW_SEC, type Run } from './check-system.ts';
import { sumOfMemory } from './process-figures.ts';

const STOP_MS = 15_000;
const clock = systemClock();

/** The last check of a service, as the peer remembers it. */
export interface LastCheck {
  atMs: number;
  latencyMs: number;
}

export function openPeerFolder(name: string): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), `plexus-bench-${name}-`));
  // Started by root it goes on as another user.
  chmodSync(folder, 0o777);
  return folder;
}

export interface PeerProcess {
  readonly pid: number;
  /** SIGTERM, and SIGKILL for the whole family of one that does not heed it. Idempotent. */
  stop(): Promise<void>;
}

export function startPeer(program: string, args: readonly string[]): PeerProcess {
  const child: ChildProcess = spawn(program, args, { stdio: 'ignore' });
  const pid = child.pid ?? 0;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  return {
    pid,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const family = await familyOf(pid);
      child.kill('SIGTERM');
      const isOver = await Promise.race([ended.then(() => true), clock.sleep(STOP_MS).then(() => false)]);
      if (!isOver) for (const each of family) killHard(each);
      await ended;
    },
  };
}

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already, which is what was wanted.
  }
}

/** Looks at a peer that has just been started, ends it, and counts what it remembers of the window. */
export async function observePeer(
  peer: PeerProcess,
  intervalSec: number,
  lastChecks: () => readonly LastCheck[],
): Promise<Run> {
  await clock.sleep(warmUpSec(intervalSec) * 1000);
  // Nagios remembers whole seconds, so the window begins and ends with one.
  await clock.sleep(1000 - (clock.nowMs() % 1000));
  const cpuBefore = await familyCpuMs(peer.pid);
  const fromMs = Math.floor(clock.nowMs() / 1000) * 1000;
  const untilMs = fromMs + WINDOW_SEC * 1000;
  await clock.sleep(untilMs - clock.nowMs());
  const cpu = (await familyCpuMs(peer.pid)) - cpuBefore;
  const { pssMb } = await sumOfMemory(await familyOf(peer.pid));
  await peer.stop();
  const known = lastChecks();
  const inWindow = known.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs);
  // One that ran again before the end was heeded ran in the window too: its interval is no shorter.
  const again = known.filter(({ atMs }) => atMs >= untilMs && atMs - intervalSec * 1000 >= fromMs);
  const checks = inWindow.length + again.length;
  return {
    perSec: checks / WINDOW_SEC,
    worstLatencyMs: inWindow.reduce((worst, { latencyMs }) => Math.max(worst, latencyMs), 0),
    cpuMsEach: cpu / checks,
    memoryMb: pssMb,
  };
}
