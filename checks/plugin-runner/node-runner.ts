// The runner for machines without Python and Perl: a Node process of its own, so that
// the half millisecond which Node's spawn takes is not the server's.

import { spawn, type ChildProcess } from 'node:child_process';
import os from 'node:os';
import { systemClock } from '#kernel/clock.ts';
import { createRequestReader, encodeEnd, encodeReady, encodeStarted, type RunEnd } from './frames.ts';
import { PLUGIN_ENVIRONMENT } from './runner-programs.ts';
import { killGroup } from './process-groups.ts';

/** What is kept of each stream; the parser cuts at the same size. */
const KEPT_BYTES = 64 * 1024 + 1;
/** A plugin that writes more is broken, and reading on would only feed it. */
const FLOOD_BYTES = 4 * 1024 * 1024;
/** How long the output may stay open after the exit: a child that was left behind can hold it for ever. */
const HELD_OUTPUT_MS = 100;

const clock = systemClock();
const read = createRequestReader();
const running = new Map<number, { pid: number | undefined; kill(): void }>();

const say = (frame: Buffer): boolean => process.stdout.write(frame);

const errnoOf = (error: NodeJS.ErrnoException): number =>
  (error.code !== undefined && (os.constants.errno as Record<string, number>)[error.code]) || os.constants.errno.EINVAL;

function start(id: number, argv: string[], env: Record<string, string>): void {
  const [program = '', ...args] = argv;
  const notStarted = (error: NodeJS.ErrnoException) => {
    const nothing = Buffer.alloc(0);
    const end = {
      how: 'not_started',
      code: errnoOf(error),
      cpuMs: undefined,
      stdout: nothing,
      stderr: nothing,
    } as const;
    say(encodeEnd(id, end));
  };
  try {
    // `detached` makes the program the leader of a group of its own, so that its children die with it.
    const child = spawn(program, args, {
      detached: true,
      cwd: '/',
      env: { ...PLUGIN_ENVIRONMENT, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.on('error', notStarted);
    if (child.pid !== undefined) watch(id, child.pid, child);
  } catch (error) {
    // Some errors of spawn, such as E2BIG, are thrown.
    notStarted(error instanceof Error ? error : new Error(String(error)));
  }
}

function watch(id: number, pid: number, child: ChildProcess): void {
  say(encodeStarted(id, pid));
  const heads: [Buffer[], Buffer[]] = [[], []];
  let written = 0;
  let how: RunEnd['how'] | undefined;

  const finish = (code: number | null, signal: NodeJS.Signals | null) => {
    if (!running.delete(id)) return;
    child.stdout?.destroy();
    child.stderr?.destroy();
    const [stdout, stderr] = heads.map((chunks) => Buffer.concat(chunks).subarray(0, KEPT_BYTES));
    say(
      encodeEnd(id, {
        how: how ?? (signal ? 'signalled' : 'exited'),
        code: signal ? os.constants.signals[signal] : (code ?? 0),
        cpuMs: undefined,
        stdout: stdout ?? Buffer.alloc(0),
        stderr: stderr ?? Buffer.alloc(0),
      }),
    );
  };
  /** Even a program that cannot die is answered for. */
  const endSoon = (code: number | null, signal: NodeJS.Signals | null) =>
    clock.after(HELD_OUTPUT_MS, () => {
      killGroup(pid);
      finish(code, signal);
    });
  const kill = () => {
    killGroup(pid);
    endSoon(null, 'SIGKILL');
  };
  running.set(id, { pid, kill });

  for (const [index, stream] of [child.stdout, child.stderr].entries()) {
    let kept = 0;
    stream?.on('data', (chunk: Buffer) => {
      if (kept < KEPT_BYTES) heads[index]?.push(chunk);
      kept += chunk.length;
      written += chunk.length;
      if (written <= FLOOD_BYTES || how) return;
      how = 'flooded';
      kill();
    });
  }
  child.on('exit', endSoon);
  child.on('close', finish);
}

process.stdin.on('data', (chunk: Buffer) => {
  for (const request of read(chunk) ?? []) {
    if (request.kind === 'run') start(request.id, request.argv, request.env);
    else running.get(request.id)?.kill();
  }
});
// The server has gone; nobody waits for these any more.
process.stdin.on('close', () => {
  for (const { pid } of running.values()) if (pid !== undefined) killGroup(pid);
  process.exit(0);
});
process.stdout.on('error', () => {});
say(encodeReady());
