// Runs a Nagios plugin of this host and answers with its exit code and what it said. A check
// is asked for every minute and worth nothing later: no files, no output on the way, no resuming.

import { spawn, type ChildProcess } from 'node:child_process';
import { listOf, object, text } from '#wire/json-shape.ts';
import { withBody, type Action, type Outcome } from './action.ts';

const shape = object(
  /** Program, by full path or looked for in the agent's search path, and its arguments. */
  { argv: listOf(text(64 * 1024), 500) },
);

/** Nagios itself keeps 8 KB of a check's output. */
const STDOUT_BYTES = 64 * 1024;
const STDERR_BYTES = 4 * 1024;
/** A plugin that ended may have left a child with its output open; what was said by then counts. */
const PIPES_GRACE_MS = 1000;

export const checkAction: Action = {
  name: 'check',
  run: (body, { clock, searchPath }, signal) =>
    withBody(shape, body, async ({ argv: [program, ...args] }) => {
      if (program === undefined) return { status: 'failed', reason: 'The request names no program.' };
      const child = spawn(program, args, {
        cwd: '/',
        env: { PATH: searchPath, LANG: 'C.UTF-8' },
        stdio: ['ignore', 'pipe', 'pipe'],
        // A group of its own, so that what the plugin started is stopped with it.
        detached: true,
      });
      const stdout = collect(child.stdout, STDOUT_BYTES);
      const stderr = collect(child.stderr, STDERR_BYTES);
      const stop = () => killGroup(child);
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      try {
        const end = await endOf(child);
        if (end instanceof Error) return notStarted(program, end);
        const closed = new AbortController();
        await Promise.race([
          Promise.all([stdout.closed, stderr.closed]).finally(() => closed.abort()),
          clock.sleep(PIPES_GRACE_MS, closed.signal),
        ]);
        const result = { stdout: stdout.text(), stderr: stderr.text() };
        if (end.code === null)
          return {
            status: 'failed',
            ...(end.signal !== null && { signal: end.signal }),
            reason: `The plugin was ended by ${end.signal ?? 'a signal'}.`,
            result,
          };
        return { status: 'succeeded', exitCode: end.code, result };
      } finally {
        signal.removeEventListener('abort', stop);
        killGroup(child);
        child.stdout.destroy();
        child.stderr.destroy();
      }
    }),
};

const endOf = (child: ChildProcess) =>
  new Promise<{ code: number | null; signal: NodeJS.Signals | null } | Error>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', resolve);
  });

function notStarted(program: string, error: Error): Outcome {
  const isMissing = 'code' in error && error.code === 'ENOENT';
  return isMissing
    ? { status: 'interpreter_missing', reason: `${program} is not on this host.` }
    : { status: 'failed', reason: `${program} could not be started: ${error.message}.` };
}

/** Whatever is left of the plugin's group; its end was noted before. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Nothing is left, or only what runs as somebody else by its own right.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

/** Keeps the first `most` bytes and reads the rest away. NUL has no place in JSON that PostgreSQL keeps. */
function collect(stream: NodeJS.ReadableStream, most: number) {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < most) chunks.push(chunk.subarray(0, most - size));
    size += chunk.length;
  });
  return {
    closed: new Promise<void>((resolve) => stream.once('close', resolve)),
    text: () => Buffer.concat(chunks).toString('utf8').replaceAll('\0', ''),
  };
}
