// Runs one declared command (argument array, no shell) to its end, bounded in time
// and output. Its output goes to an unlinked file, not a pipe: a start command that
// leaves a daemon behind would otherwise keep us waiting, or the daemon would die writing.

import { spawn } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Clock } from '#kernel/clock.ts';

export interface CommandEnd {
  /** Null when it did not end by itself. */
  exitCode: number | null;
  /** Both streams, the first 4 KiB. */
  output: string;
  /** Why it did not end by itself. */
  problem?: string;
}

export type RunCommand = (
  argv: readonly string[],
  options: { timeoutMs: number; signal: AbortSignal },
) => Promise<CommandEnd>;

const MAX_OUTPUT_BYTES = 4096;
const SAFE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export function createCommandRunner(clock: Clock): RunCommand {
  return async (argv, { timeoutMs, signal }) => {
    const [program, ...args] = argv;
    if (program === undefined) return { exitCode: null, output: '', problem: 'the command is empty' };
    const folder = await mkdtemp(path.join(os.tmpdir(), 'plexus-command-'));
    const output = await open(path.join(folder, 'output'), 'w+', 0o600);
    await rm(folder, { recursive: true });
    try {
      const end = await waitForEnd(clock, { program, args, fd: output.fd, timeoutMs, signal });
      const buffer = Buffer.alloc(MAX_OUTPUT_BYTES);
      const { bytesRead } = await output.read(buffer, 0, MAX_OUTPUT_BYTES, 0);
      return { ...end, output: buffer.toString('utf8', 0, bytesRead).trim() };
    } finally {
      await output.close();
    }
  };
}

function waitForEnd(
  clock: Clock,
  command: { program: string; args: string[]; fd: number; timeoutMs: number; signal: AbortSignal },
): Promise<Omit<CommandEnd, 'output'>> {
  return new Promise((resolve) => {
    const child = spawn(command.program, command.args, {
      cwd: '/',
      // Own process group, so that a time-out ends its children too.
      detached: true,
      stdio: ['ignore', command.fd, command.fd],
      env: { PATH: SAFE_PATH, LANG: 'C.UTF-8' },
    });
    let problem: string | undefined;
    const kill = (why: string) => {
      problem ??= why;
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, 'SIGKILL');
    };
    const timer = clock.after(command.timeoutMs, () => kill(`it took longer than ${command.timeoutMs / 1000} s`));
    const onAbort = () => kill('it was canceled');
    command.signal.addEventListener('abort', onAbort, { once: true });
    const finish = (end: Omit<CommandEnd, 'output'>) => {
      timer.cancel();
      command.signal.removeEventListener('abort', onAbort);
      resolve(end);
    };
    child.on('error', (error) => finish({ exitCode: null, problem: error.message }));
    child.on('exit', (exitCode, signalName) => {
      const why = problem ?? (signalName === null ? undefined : `it was ended by ${signalName}`);
      finish({ exitCode, ...(why !== undefined && { problem: why }) });
    });
    if (command.signal.aborted) onAbort();
  });
}
