// Runs a Nagios plugin: an argument array, no shell, a process group of its own. The
// exit code is the state; a plugin that hangs, floods or dies is killed with its group.

import { spawn } from 'node:child_process';
import Type, { type Static } from 'typebox';
import type { ServiceState } from '#kernel/domain/check-state.ts';
import { parsePluginOutput } from '#wire/plugin-output.ts';
import { serviceStateOfExit } from '../exit-code.ts';
import { defineCheckKind, type CheckResult, type CheckRun, type CheckTarget } from './check-kind.ts';

const PluginSpec = Type.Object(
  {
    command: Type.Array(Type.String({ maxLength: 8192, pattern: '^[^\\u0000]*$' }), {
      minItems: 1,
      maxItems: 256,
      description: 'Program by full path and its arguments. $HOSTADDRESS$ and $HOSTNAME$ are filled in.',
    }),
    failureState: Type.Union([Type.Literal('unknown'), Type.Literal('critical')], {
      default: 'unknown',
      description: 'State when the plugin gives none: no start, no exit in time, a flood, an exit code above 3.',
    }),
  },
  { additionalProperties: false },
);
type PluginSpec = Static<typeof PluginSpec>;

/** What is kept of each stream; the parser cuts at the same size. */
const KEPT_BYTES = 64 * 1024 + 1;
/** A plugin that writes more is broken, and reading on would only feed it. */
const FLOOD_BYTES = 4 * 1024 * 1024;
/** How long the output may stay open after the exit: a child that was left behind can hold it for ever. */
const HELD_OUTPUT_MS = 100;

// Nothing of the server's own environment (secrets, proxies) reaches a plugin.
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
};

export const pluginKind = defineCheckKind({
  kind: 'plugin',
  title: 'Nagios plugin',
  specSchema: PluginSpec,
  specProblems: ({ command: [program = ''] }) =>
    program.startsWith('/') ? [] : [{ path: '/command/0', message: 'must be the full path of a program' }],
  compile: (spec) => async (run, signal) => {
    const argv = spec.command.map((argument) => fillMacros(argument, run.target));
    return resultOf(await runProcess(argv, run, signal), spec, run.target);
  },
});

// Values go into single arguments of an array, never into a command line, so they need no quoting.
const fillMacros = (argument: string, target: CheckTarget): string =>
  argument.replaceAll('$HOSTADDRESS$', () => target.address).replaceAll('$HOSTNAME$', () => target.hostName);

interface ProcessEnd {
  how: 'exited' | 'signalled' | 'timed_out' | 'flooded' | 'not_started';
  code: number;
  /** Name of the signal, or why the program could not be started. */
  detail: string;
  stdout: Buffer;
  stderr: Buffer;
}

function resultOf(end: ProcessEnd, spec: PluginSpec, target: CheckTarget): CheckResult {
  const parsed = parsePluginOutput(end.stdout);
  const errors = parsePluginOutput(end.stderr).short;
  // Nagios shows the error text when the plugin kept its output empty.
  const said =
    end.stdout.length > 0
      ? parsed.short
      : `(No output on stdout) stderr: ${end.stderr.length > 0 ? errors : ''}`.trim();
  const give = (state: ServiceState, output: string): CheckResult => ({
    state,
    output,
    longOutput: parsed.long,
    perfdata: parsed.perfdata,
  });
  switch (end.how) {
    case 'exited':
      return give(serviceStateOfExit(end.code, spec.failureState), `${exitRemark(end.code)}${said}`);
    case 'signalled':
      // Never from the exit code: a plugin that was shot has judged nothing.
      return give('unknown', `(Plugin was killed by ${end.detail}) ${said}`);
    case 'timed_out':
      return give(spec.failureState, `(Check timed out after ${target.timeoutMs / 1000} seconds) ${said}`);
    case 'flooded':
      return give(spec.failureState, `(Plugin was killed: it wrote more than ${FLOOD_BYTES / 1024 / 1024} MB) ${said}`);
    case 'not_started':
      return give(spec.failureState, `(Plugin could not be started: ${end.detail})`);
    default:
      return end.how satisfies never;
  }
}

function exitRemark(code: number): string {
  if (code <= 3) return '';
  if (code === 126) return '(Exit code 126: the plugin may not be executable) ';
  if (code === 127) return '(Exit code 127: the plugin or what it calls may not exist) ';
  return `(Exit code ${code} is out of bounds) `;
}

function runProcess(argv: string[], { clock }: CheckRun, signal: AbortSignal): Promise<ProcessEnd> {
  const { promise, resolve } = Promise.withResolvers<ProcessEnd>();
  const [program = '', ...args] = argv;
  // `detached` makes the plugin the leader of a group of its own, so that its children die with it.
  const child = spawn(program, args, { detached: true, cwd: '/', env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'] });
  const stdout = keepHead(child.stdout);
  const stderr = keepHead(child.stderr);
  let how: ProcessEnd['how'] | undefined;

  const finish = (end: Pick<ProcessEnd, 'how' | 'code' | 'detail'>) => {
    signal.removeEventListener('abort', onTimeout);
    child.stdout.destroy();
    child.stderr.destroy();
    resolve({ ...end, stdout: stdout.head(), stderr: stderr.head() });
  };
  const killGroup = (because: ProcessEnd['how']) => {
    how ??= because;
    if (child.pid !== undefined) killProcessGroup(child.pid);
  };
  const onTimeout = () => killGroup('timed_out');
  const onData = () => {
    if (stdout.bytes() + stderr.bytes() > FLOOD_BYTES) killGroup('flooded');
  };

  child.stdout.on('data', onData);
  child.stderr.on('data', onData);
  child.on('error', (error) => finish({ how: 'not_started', code: -1, detail: error.message }));
  child.on('exit', (code, shotBy) => {
    const end = { how: how ?? (shotBy ? 'signalled' : 'exited'), code: code ?? -1, detail: shotBy ?? '' } as const;
    // 'close' comes when the output has been read to its end, which a left-over child may prevent.
    const held = clock.after(HELD_OUTPUT_MS, () => {
      killGroup('exited');
      finish(end);
    });
    child.once('close', () => {
      held.cancel();
      finish(end);
    });
  });
  if (signal.aborted) onTimeout();
  else signal.addEventListener('abort', onTimeout, { once: true });
  return promise;
}

function killProcessGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // ESRCH: the last of the group is gone already, which is what was wanted.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Reads a stream to its end, keeps its beginning. */
function keepHead(stream: NodeJS.ReadableStream): { head(): Buffer; bytes(): number } {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let kept = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (kept >= KEPT_BYTES) return;
    chunks.push(chunk.subarray(0, KEPT_BYTES - kept));
    kept += chunk.length;
  });
  return { head: () => Buffer.concat(chunks), bytes: () => bytes };
}
