// One Python module in a process of its own: starts it, asks it for values, ends it.
// One life only; whether there is another is its keeper's decision.

import { spawn } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import { decodeJson, finiteNumber, listOf, object, recordOf, text, type Shape } from '#wire/json-shape.ts';
import type { PythonModule } from '../agent-options.ts';
import { endGroup } from '../custom/run-script.ts';
import type { Descriptor } from './descriptors.ts';
import { HOST_PROGRAM } from './host-program.ts';

export interface ModuleProcess {
  descriptors: readonly Descriptor[];
  /** Values by name; what a callback could not give is absent and told in the log. Rejects when the process is gone or late. */
  collect(names: readonly string[]): Promise<Record<string, number | string>>;
  /** Resolves when the process is gone, whatever the reason. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

const INIT_TIMEOUT_MS = 20_000;
const COLLECT_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 4000;
const LAST_WORDS_MS = 1000;
const LONGEST_ANSWER = 4 * 1024 * 1024;
const MOST_LINES_LOGGED = 20;
const ENVIRONMENT = {
  ...{ PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
  // Nothing is written beside the module.
  PYTHONDONTWRITEBYTECODE: '1',
};

const plainValue: Shape<string | number | boolean> = (value, path) =>
  typeof value === 'boolean'
    ? value
    : typeof value === 'number'
      ? finiteNumber(value, path)
      : text(64 * 1024)(value, path);
const numberOrText: Shape<string | number> = (value, path) =>
  typeof value === 'number' ? finiteNumber(value, path) : text(64 * 1024)(value, path);

const initAnswer = object({}, { descriptors: listOf(recordOf(plainValue, 100), 10_000), error: text(4000) });
const collectAnswer = object({ values: recordOf(numberOrText, 10_000), errors: recordOf(text(4000), 10_000) });

/** Rejects with the module's own words when it cannot be loaded, does not answer in 20 s, or `stopping` aborts. */
export async function startModule(
  deps: { clock: Clock; log: Logger },
  module: PythonModule,
  options: { python?: string; stopping: AbortSignal },
): Promise<ModuleProcess> {
  const { clock, log } = deps;
  const child = spawn(options.python ?? 'python3', ['-u', '-c', HOST_PROGRAM], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    env: ENVIRONMENT,
    detached: true,
  });
  const gone = new AbortController();
  let reason = 'the process of the module ended';
  // There are none when the descriptors of this process are used up; its `error` follows.
  const pipes: typeof child.stdio | undefined = child.stdio;
  const [, , errors, requests, answers] = pipes ?? [];
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      reason = `python3 could not be started: ${error.message}`;
      resolve();
    });
    child.once('exit', (code, signal) => {
      if (code !== 0) reason = `the process of the module ended with ${signal ?? `code ${code}`}`;
      // Its last words may still be in the pipe.
      if (!(answers instanceof Readable) || answers.closed) return resolve();
      answers.once('close', resolve);
      // One that went away into a session of its own may hold the pipe for ever.
      void clock.sleep(LAST_WORDS_MS, gone.signal).then(() => answers.destroy());
    });
  }).then(() => gone.abort());
  if (errors instanceof Readable) passOn(errors, log);
  // It may die while we write: its end tells more than the broken pipe.
  if (requests instanceof Writable) requests.on('error', () => undefined);
  const readLine = answers instanceof Readable ? lineReader(answers) : () => undefined;

  async function ask(request: unknown, timeoutMs: number, givenUp?: AbortSignal): Promise<string> {
    const answered = new AbortController();
    const line = new Promise<string | undefined>((resolve) => {
      readLine((answer) => resolve(answer));
      if (requests instanceof Writable) requests.write(`${JSON.stringify(request)}\n`);
    });
    const late = clock
      .sleep(timeoutMs, AbortSignal.any([answered.signal, gone.signal, ...(givenUp ? [givenUp] : [])]))
      .then(() => undefined);
    const found = await Promise.race([line, late]);
    answered.abort();
    if (found !== undefined) return found;
    const failure = gone.signal.aborted
      ? reason
      : givenUp?.aborted
        ? 'the agent stops'
        : `no answer in ${timeoutMs / 1000} s`;
    endGroup(child.pid, 'SIGKILL');
    throw new Error(failure);
  }

  const first = decodeJson(
    initAnswer,
    await ask({ path: module.path, params: module.params }, INIT_TIMEOUT_MS, options.stopping),
  );
  const { descriptors, error = first.ok ? undefined : first.reason } = first.ok ? first.value : {};
  if (descriptors === undefined || error !== undefined) {
    endGroup(child.pid, 'SIGKILL');
    throw new Error(error ?? 'it gave no descriptors');
  }

  let turn: Promise<unknown> = Promise.resolve();
  async function collectNow(names: readonly string[]): Promise<Record<string, number | string>> {
    if (gone.signal.aborted) throw new Error(reason);
    const decoded = decodeJson(collectAnswer, await ask({ collect: names }, COLLECT_TIMEOUT_MS));
    if (!decoded.ok) throw new Error(decoded.reason);
    for (const [metric, why] of Object.entries(decoded.value.errors))
      log.debug('a metric has no value', { metric, why });
    return decoded.value.values;
  }

  return {
    descriptors,
    collect(names) {
      const mine = turn.then(() => collectNow(names));
      turn = mine.catch(() => undefined);
      return mine;
    },
    ended,
    async stop() {
      // The end of its requests is the word to clean up and go.
      if (requests instanceof Writable) requests.end();
      await clock.sleep(STOP_TIMEOUT_MS, gone.signal);
      endGroup(child.pid, 'SIGKILL');
      await ended;
    },
  };
}

/** Hands each line to whoever asked last. A line past the bound is dropped with what follows. */
function lineReader(stream: Readable): (take: (line: string) => void) => void {
  let text = '';
  let take: ((line: string) => void) | undefined;
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text = text.length > LONGEST_ANSWER ? '' : text + chunk;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      take?.(line);
      take = undefined;
    }
  });
  return (next) => {
    take = next;
  };
}

/** What a module prints is worth reading when something is wrong, and not worth a full disk. */
function passOn(stream: Readable, log: Logger): void {
  let left = MOST_LINES_LOGGED;
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    for (const line of chunk.split('\n')) {
      if (line.trim() === '' || left <= 0) continue;
      log.info('a Python module prints', {
        text: line.slice(0, 300),
        ...(--left === 0 && { note: 'no more is shown' }),
      });
    }
  });
}
