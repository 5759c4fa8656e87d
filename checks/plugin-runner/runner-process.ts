// One runner process: started, spoken to in frames, seen off when it dies. Whose runs
// they are and what happens to them afterwards is the pool's business.

import { spawn } from 'node:child_process';
import type { Clock } from '#kernel/clock.ts';
import { createAnswerReader, type RunEnd } from './frames.ts';
import { killGroup, killSession } from './process-groups.ts';
import { PLUGIN_ENVIRONMENT, type RunnerProgram } from './runner-programs.ts';

/** A runner that cannot say that it is ready within this time is none. */
const READY_MS = 10_000;
/** How long a runner may take to end its programs and itself. */
const STOP_MS = 2000;
/** The end of its last words, for the reason. */
const KEPT_WORDS = 500;

interface RunnerListener {
  ready(): void;
  ended(id: number, end: RunEnd): void;
  /** The process and all it ran are no more; nothing is heard after this. */
  gone(reason: string): void;
}

export interface RunnerProcess {
  readonly pid: number | undefined;
  /** Frames of one turn of the event loop leave together. */
  send(frame: Buffer): void;
  /** For one that does not answer: SIGKILL. `gone` follows. */
  kill(reason: string): void;
  /** It ends its programs and itself; `gone` follows, at the latest after two seconds. */
  stop(): void;
}

export function startRunnerProcess(deps: { clock: Clock }, program: RunnerProgram, on: RunnerListener): RunnerProcess {
  const { clock } = deps;
  // `detached` opens a session: a Ctrl-C at the server's terminal is not for it, and its programs can be found by it.
  const child = spawn(program.command, program.args, {
    detached: true,
    cwd: '/',
    env: PLUGIN_ENVIRONMENT,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const read = createAnswerReader();
  /** By id: groups that are not in the runner's session. */
  const startedGroups = new Map<number, number>();
  let why: string | undefined;
  let lastWords = '';
  let unsent: Buffer[] = [];

  const kill = (reason: string) => {
    why ??= reason;
    child.kill('SIGKILL');
  };
  let deadline = clock.after(READY_MS, () => kill(`was not ready within ${READY_MS / 1000} seconds`));

  function heard(chunk: Buffer): void {
    const answers = read(chunk);
    if (!answers) return kill('said what is no frame');
    for (const answer of answers) {
      switch (answer.kind) {
        case 'ready':
          deadline.cancel();
          on.ready();
          break;
        case 'started':
          startedGroups.set(answer.id, answer.pid);
          break;
        case 'end':
          startedGroups.delete(answer.id);
          on.ended(answer.id, answer.end);
          break;
        default:
          answer satisfies never;
      }
    }
  }

  async function sawEnd(reason: string): Promise<void> {
    deadline.cancel();
    for (const pgid of startedGroups.values()) killGroup(pgid);
    if (child.pid !== undefined) await killSession(child.pid);
    const words = lastWords.trim().split('\n').at(-1);
    on.gone(why ?? (words ? `${reason}: ${words}` : reason));
  }

  child.stdout.on('data', heard);
  child.stderr.on('data', (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString()).slice(-KEPT_WORDS);
  });
  // EPIPE: the runner has gone, which 'close' tells too.
  child.stdin.on('error', () => {});
  let hasFailed = false;
  child.on('error', (error) => {
    if (child.pid !== undefined) return;
    hasFailed = true;
    void sawEnd(error.message);
  });
  // 'close' and not 'exit': by then everything it had to say has been heard.
  child.on('close', (code, signal) => {
    if (!hasFailed) void sawEnd(signal ? `was killed by ${signal}` : `exited with ${code}`);
  });

  function flush(): void {
    const frames = unsent;
    unsent = [];
    if (child.stdin.writable) child.stdin.write(frames.length === 1 ? (frames[0] ?? '') : Buffer.concat(frames));
  }

  return {
    pid: child.pid,
    send(frame) {
      if (unsent.push(frame) === 1) setImmediate(flush);
    },
    kill,
    stop() {
      why ??= 'was stopped';
      deadline.cancel();
      deadline = clock.after(STOP_MS, () => child.kill('SIGKILL'));
      child.stdin.end();
    },
  };
}
