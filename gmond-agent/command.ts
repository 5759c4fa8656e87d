// Runs one program under supervision, so that it outlives the agent: in a process
// group of its own, under a small shell that notes how it ended, its output going
// through named pipes that the shell holds open. A restarted agent attaches again.

import { execFile, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Clock, Timer } from '#kernel/clock.ts';
import { MAX_CHUNK_BYTES } from '#wire/agent-channel.ts';
import { readIfThere } from './durable-file.ts';
import type { OutputStream } from './output-spool.ts';
import { runsWithArgument } from './process-identity.ts';

interface CommandPlan {
  argv: readonly [string, ...string[]];
  env: Record<string, string>;
  cwd: string;
  /** Made by the call; holds the pipes and how the program ended. Belongs to this one command. */
  directory: string;
  /** Monotonic instant after which the group is stopped. */
  deadlineMs: number;
}

export interface CommandDeps {
  clock: Clock;
  /** `bytes` is at most MAX_CHUNK_BYTES long and is overwritten after the call. */
  output(stream: OutputStream, bytes: Buffer): void;
  /** Aborts to stop the program and its group. */
  canceled: AbortSignal;
  /** Aborts when the agent stops: the program runs on. */
  leaving: AbortSignal;
}

export interface CommandEnd {
  /**
   * How waiting ended; 'lost' when nobody noted the program's end, 'unstarted' when an earlier life
   * certainly did not come to start it, 'left' when the agent stops.
   */
  how: 'exited' | 'timed_out' | 'canceled' | 'lost' | 'unstarted' | 'left';
  exitCode?: number;
  signal?: string;
  /** Something that the program left behind still held its output open. */
  orphansLeft: boolean;
}

// $1 directory, $2 the agent's pid, then the command. Handlers, not "ignore", which
// the program would inherit: the shell must live to note how the program ended. When
// the agent is gone the pipes are held until the next one has read what is in them; a
// killed one that its parent has not yet reaped (Z, proc_pid_stat(5)) is gone too.
const SUPERVISOR = `
plexus_dir=$1 plexus_agent=$2; shift 2
trap : TERM INT HUP
echo $$ >"$plexus_dir/pid"
"$@" </dev/null >"$plexus_dir/stdout" 2>"$plexus_dir/stderr"
echo $? >"$plexus_dir/exit.new"; mv "$plexus_dir/exit.new" "$plexus_dir/exit"
plexus_stat=
{ read -r plexus_stat <"/proc/$plexus_agent/stat"; } 2>/dev/null
case \${plexus_stat##*) } in [ZX]*|'') ;; *) exit ;; esac
plexus_waited=0
while [ ! -e "$plexus_dir/drained" ] && [ $plexus_waited -lt 3600 ]; do sleep 1; plexus_waited=$((plexus_waited+1)); done
`;

// Made just before the program is started: without it nothing was.
const STARTING = 'starting';

const TERM_GRACE_MS = 10_000;
const PIPES_GRACE_MS = 5000;
const POLL_MS = 200;
const PID_WAIT_MS = 2000;

/** Starts the program and waits for its end. Rejects when it could not be started. */
export async function runCommand(deps: CommandDeps, plan: CommandPlan): Promise<CommandEnd> {
  const { directory } = plan;
  mkdirSync(directory, { mode: 0o700 });
  await promisify(execFile)('mkfifo', ['-m', '600', pipe(directory, 'stdout'), pipe(directory, 'stderr')], {
    timeout: 5000,
  });
  // Opened both ways, so that neither end waits for the other; the shell inherits them and keeps the pipes alive.
  const held = (['stdout', 'stderr'] as const).map((name) => openSync(pipe(directory, name), constants.O_RDWR));
  const readers = openReaders(deps, directory);
  writeFileSync(path.join(directory, STARTING), '');
  const child = spawn('/bin/sh', ['-c', SUPERVISOR, 'plexus-command', directory, String(process.pid), ...plan.argv], {
    cwd: plan.cwd,
    env: plan.env,
    stdio: ['ignore', held[0], held[1]],
    detached: true,
  });
  held.forEach(closeSync);
  // The program is to outlive an agent that stops.
  child.unref();
  const ended = new Promise<void>((resolve, reject) => {
    child.once('exit', () => resolve());
    child.once('error', reject);
  });
  return superviseGroup(deps, plan, { groupId: () => child.pid, ended, readers });
}

/** Waits again for a program that an earlier life of the agent started; 'lost' when it left no trace. */
export async function attachCommand(
  deps: CommandDeps,
  plan: Omit<CommandPlan, 'argv' | 'env' | 'cwd'>,
): Promise<CommandEnd> {
  const { directory } = plan;
  if (!existsSync(path.join(directory, STARTING))) return { how: 'unstarted', orphansLeft: false };
  const pid = await findPid(deps, directory);
  if (pid === undefined) return { how: 'lost', orphansLeft: false };
  const readers = openReaders(deps, directory);
  const isOver = () => readExit(directory) !== undefined || !runsWithArgument(pid, directory);
  return superviseGroup(deps, plan, { groupId: () => pid, ended: pollUntil(deps, isOver), readers });
}

/** The shell notes its pid first thing; one that was being started when the agent died may not have come to it yet. */
async function findPid(deps: CommandDeps, directory: string): Promise<number | undefined> {
  for (let waitedMs = 0; waitedMs <= PID_WAIT_MS; waitedMs += POLL_MS) {
    const pid = Number(readIfThere(path.join(directory, 'pid')));
    if (pid > 0) return pid;
    await deps.clock.sleep(POLL_MS, deps.leaving);
  }
  return undefined;
}

interface Group {
  groupId(): number | undefined;
  ended: Promise<void>;
  readers: Readers;
}

async function superviseGroup(
  deps: CommandDeps,
  plan: Pick<CommandPlan, 'directory' | 'deadlineMs'>,
  group: Group,
): Promise<CommandEnd> {
  const { clock, canceled, leaving } = deps;
  const over = new AbortController();
  const ended = group.ended.finally(() => over.abort());
  const abortable = AbortSignal.any([over.signal, canceled, leaving]);
  await Promise.race([ended, clock.sleep(plan.deadlineMs - clock.monotonicMs(), abortable)]);
  let how: CommandEnd['how'] = 'exited';
  if (over.signal.aborted) {
    // Rejects when the program could not be started at all.
    await ended.catch((error: unknown) => {
      group.readers.close();
      throw error;
    });
  } else {
    if (leaving.aborted && !canceled.aborted) {
      group.readers.close();
      return { how: 'left', orphansLeft: false };
    }
    how = canceled.aborted ? 'canceled' : 'timed_out';
    await stopGroup(clock, group.groupId(), ended);
  }
  const exit = readExit(plan.directory);
  if (how === 'exited' && exit === undefined) how = 'lost';
  // The shell of an attached command holds the pipes until it is told that they are read.
  writeFileSync(path.join(plan.directory, 'drained'), '');
  const orphansLeft = !(await group.readers.closed(PIPES_GRACE_MS));
  return { how, ...(exit !== undefined && describeExit(exit)), orphansLeft };
}

/** TERM to the whole group, KILL after the grace; resolves when the group is gone. */
async function stopGroup(clock: Clock, groupId: number | undefined, ended: Promise<void>): Promise<void> {
  if (groupId === undefined) return;
  const over = new AbortController();
  signalGroup(groupId, 'SIGTERM');
  void ended.finally(() => over.abort());
  await clock.sleep(TERM_GRACE_MS, over.signal);
  // What did not follow the first signal, the shell's children included.
  signalGroup(groupId, 'SIGKILL');
  await ended;
  for (let waitedMs = 0; isGroupAlive(groupId) && waitedMs < 2000; waitedMs += 20) await clock.sleep(20);
}

function signalGroup(groupId: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-groupId, signal);
  } catch (error) {
    if (!isNoSuchProcess(error)) throw error;
  }
}

function isGroupAlive(groupId: number): boolean {
  try {
    process.kill(-groupId, 0);
    return true;
  } catch (error) {
    return !isNoSuchProcess(error);
  }
}

const isNoSuchProcess = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ESRCH';

async function pollUntil(deps: CommandDeps, isOver: () => boolean): Promise<void> {
  while (!isOver() && !deps.leaving.aborted) await deps.clock.sleep(POLL_MS, deps.leaving);
}

const pipe = (directory: string, stream: OutputStream): string => path.join(directory, stream);

function readExit(directory: string): number | undefined {
  const text = readIfThere(path.join(directory, 'exit'));
  return text === undefined ? undefined : Number(text);
}

/** A shell reports death by signal N as 128 + N (POSIX, Shell Command Language §2.8.2). */
function describeExit(exitCode: number): { exitCode: number; signal?: string } {
  const signal = Object.entries(os.constants.signals).find(([, number]) => number === exitCode - 128)?.[0];
  return signal === undefined ? { exitCode } : { exitCode, signal };
}

interface Readers {
  /** True when both pipes were closed by all who could write, within `graceMs`. */
  closed(graceMs: number): Promise<boolean>;
  close(): void;
}

// Small writes are left in the pipe for a moment, so that a chatty program makes a
// few chunks a second. There, unlike in our memory, they survive a kill of the agent.
const GATHER_MS = 100;
const WORTH_READING_BYTES = 16 * 1024;

function openReaders(deps: CommandDeps, directory: string): Readers {
  const pipes = (['stdout', 'stderr'] as const).map((stream) => openReader(deps, directory, stream));
  const allEnded = Promise.all(pipes.map(({ ended }) => ended));
  return {
    async closed(graceMs) {
      const over = new AbortController();
      const ended = allEnded.then(() => over.abort());
      for (const { hurry } of pipes) hurry();
      await deps.clock.sleep(graceMs, over.signal);
      if (over.signal.aborted) return ended.then(() => true);
      for (const { ignore } of pipes) ignore();
      return false;
    },
    close() {
      for (const { socket } of pipes) socket.destroy();
    },
  };
}

function openReader(deps: CommandDeps, directory: string, stream: OutputStream) {
  const fd = openSync(pipe(directory, stream), constants.O_RDONLY | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(MAX_CHUNK_BYTES);
  let hurrying = false;
  let ignoring = false;
  let pause: Timer | undefined;
  const socket = new net.Socket({
    fd,
    readable: true,
    writable: false,
    onread: {
      buffer,
      callback(length) {
        if (ignoring) return true;
        deps.output(stream, buffer.subarray(0, length));
        if (hurrying || length >= WORTH_READING_BYTES) return true;
        pause = deps.clock.after(GATHER_MS, () => socket.resume());
        return false;
      },
    },
  });
  socket.resume();
  return {
    socket,
    ended: new Promise<void>((resolve) => socket.once('close', () => resolve())),
    /** Reads what is left without pausing. */
    hurry() {
      hurrying = true;
      pause?.cancel();
      socket.resume();
    },
    /** Reads on and throws away: a daemon left behind must neither block nor die on its output. */
    ignore() {
      ignoring = true;
      socket.unref();
    },
  };
}
