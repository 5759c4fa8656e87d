// Runs one executable for its output: in a process group of its own, which is ended
// whole when its time is over, and with no more output kept than is of use.

import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Clock } from '#kernel/clock.ts';

export interface ScriptEnd {
  stdout: Buffer;
  exitCode?: number;
  /** Why it gave nothing: it took too long or could not be started. */
  failure?: string;
}

export const MOST_OUTPUT_BYTES = 64 * 1024;
const KILL_AFTER_MS = 2000;
const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C', LC_ALL: 'C' };

/** Never rejects. `stopping` ends it early. */
export async function runScript(
  clock: Clock,
  plan: { file: string; cwd: string; timeoutMs: number },
  stopping: AbortSignal,
): Promise<ScriptEnd> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const child = spawn(plan.file, [], {
    cwd: plan.cwd,
    env: ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  // There is none when the descriptors of this process are used up; its `error` follows.
  const stdout: Readable | undefined = child.stdout;
  stdout?.on('data', (chunk: Buffer) => {
    // Read on and thrown away past the bound, so that the script does not block on its own output.
    const room = MOST_OUTPUT_BYTES - bytes;
    if (room > 0) chunks.push(chunk.subarray(0, room));
    bytes += chunk.length;
  });
  const over = new AbortController();
  let exitCode: number | undefined;
  let hasExited = false;
  let failure: string | undefined;
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      failure = `it could not be started: ${error.message}`;
      resolve();
    });
    child.once('exit', (code) => {
      hasExited = true;
      exitCode = code ?? undefined;
      // What it left behind goes with it: a script that is run each minute must not pile up daemons.
      endGroup(child.pid, 'SIGKILL');
      // Its last words may still be in the pipe.
      if (stdout === undefined || stdout.closed) resolve();
      else stdout.once('close', resolve);
    });
  }).then(() => over.abort());
  await clock.sleep(plan.timeoutMs, AbortSignal.any([over.signal, stopping]));
  if (!hasExited && !over.signal.aborted) {
    failure = stopping.aborted ? 'the agent stops' : `it took longer than ${plan.timeoutMs / 1000} s`;
    endGroup(child.pid, 'SIGTERM');
    await clock.sleep(KILL_AFTER_MS, over.signal);
  }
  if (!hasExited) endGroup(child.pid, 'SIGKILL');
  // One that went away into a session of its own may hold the output for ever.
  stdout?.destroy();
  await ended;
  return {
    stdout: Buffer.concat(chunks),
    ...(exitCode !== undefined && { exitCode }),
    ...(failure !== undefined && { failure }),
  };
}

/** No matter when the group is gone. */
export function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM'))) throw error;
  }
}
