// Facts that a site drops into a folder, as data or as programs that print them, put
// beside the built-in ones. What is wrong with a source costs that source, and is a
// fact itself, so that it is seen where the facts are.

import { constants } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '#kernel/clock.ts';
import type { AgentReport } from '#kernel/domain/event.ts';
import type { Decoded } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { MOST_OUTPUT_BYTES, runScript } from './custom/run-script.ts';
import { readScriptFolder, unsafe } from './custom/script-folder.ts';
import { decodeFacts, decodePrintedFacts, type FactFormat } from './facts-values.ts';

type Facts = AgentReport['facts'];

export interface FactSources {
  /**
   * The facts of the folder that are not `builtIn`. `facts.from.FILE` names the facts that FILE gave, joined by
   * commas; `facts.problem.FILE` says why it or a part of it was not taken. Never rejects.
   */
  read(builtIn: Facts, stopping: AbortSignal): Promise<Facts>;
  /** Differs when a file came, went or was written. */
  stamp(): Promise<string>;
}

// All this stays below the facts that a server keeps of a host, the built-in ones included.
const MOST_FACTS = 200;
const MOST_FILES = 50;
const MOST_PROGRAMS = 20;
const MOST_AT_ONCE = 4;
const TIMEOUT_SEC = 10;
const MOST_BYTES = 64 * 1024;
const LONGEST_PROBLEM = 500;
const LONGEST_LIST = 4000;

const FORMATS: Readonly<Record<string, FactFormat>> = {
  '.json': 'json',
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.txt': 'lines',
};

interface Source {
  name: string;
  read(stopping: AbortSignal): Promise<Decoded<Facts>>;
}

export function createFactSources(deps: { clock: Clock; log: Logger }, options: { folder: string }): FactSources {
  const { clock, log } = deps;
  const { folder } = options;
  const said = new Map<string, string>();

  /** Each complaint once, and again when it changes. */
  function tell(problems: ReadonlyMap<string, string>): void {
    for (const name of said.keys()) if (!problems.has(name)) said.delete(name);
    for (const [name, problem] of problems) {
      if (said.get(name) === problem) continue;
      said.set(name, problem);
      log.warn('a source of facts is not used as it is', { file: path.join(folder, name), reason: problem });
    }
  }

  async function find(problems: Map<string, string>): Promise<Source[]> {
    const uid = process.getuid?.() ?? 0;
    const { scripts, refused } = await readScriptFolder(folder, uid);
    const folderRefused = refused.find(({ file }) => file === folder);
    if (folderRefused !== undefined) {
      problems.set('folder', folderRefused.reason);
      return [];
    }
    // Data is data, executable or not.
    for (const { file, reason } of refused) if (formatOf(file) === undefined) problems.set(path.basename(file), reason);
    const programs = scripts.filter(({ file }) => formatOf(file) === undefined);
    for (const { file } of programs.slice(MOST_PROGRAMS))
      problems.set(path.basename(file), `comes after the ${MOST_PROGRAMS} programs that are run`);
    const names = (await namesIn(folder)).filter((name) => formatOf(name) !== undefined);
    const sources = [
      ...names.map((name) => ({ name, read: () => readData(path.join(folder, name), uid) })),
      ...programs.slice(0, MOST_PROGRAMS).map(({ file, timeoutSec }) => ({
        name: path.basename(file),
        read: (stopping: AbortSignal) => readProgram(file, Math.min(timeoutSec, TIMEOUT_SEC), stopping),
      })),
    ].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const { name } of sources.slice(MOST_FILES)) problems.set(name, `comes after the ${MOST_FILES} that are read`);
    return sources.slice(0, MOST_FILES);
  }

  async function readProgram(file: string, timeoutSec: number, stopping: AbortSignal): Promise<Decoded<Facts>> {
    const { stdout, exitCode, failure } = await runScript(
      clock,
      { file, cwd: folder, timeoutMs: timeoutSec * 1000 },
      stopping,
    );
    if (failure !== undefined) return refused(failure);
    if (exitCode !== 0)
      return refused(exitCode === undefined ? 'was ended by a signal' : `ended with exit code ${exitCode}`);
    if (stdout.length >= MOST_OUTPUT_BYTES) return refused(`printed ${MOST_OUTPUT_BYTES} bytes or more`);
    return decodeBytes(stdout, decodePrintedFacts);
  }

  return {
    async read(builtIn, stopping) {
      const problems = new Map<string, string>();
      const sources = await find(problems);
      const answers = new Map<string, Decoded<Facts>>();
      const waiting = sources.values();
      const work = async () => {
        for (const { name, read } of waiting) {
          if (stopping.aborted) return;
          answers.set(
            name,
            await read(stopping).catch((error: unknown) => refused(`cannot be read: ${messageOf(error)}`)),
          );
        }
      };
      await Promise.all(Array.from({ length: MOST_AT_ONCE }, work));
      const merged = mergeFacts(
        builtIn,
        sources.map(({ name }) => name),
        answers,
        problems,
      );
      tell(problems);
      return merged;
    },
    async stamp() {
      const names = (await namesIn(folder)).slice(0, 2 * MOST_FILES);
      const marks = names.map(async (name) => {
        const about = await stat(path.join(folder, name)).catch(() => undefined);
        return [name, about?.mtimeMs, about?.ctimeMs, about?.size];
      });
      return JSON.stringify(await Promise.all(marks));
    },
  };
}

/** In the order of names: a built-in fact wins over all, then the first source. Adds to `problems`. */
function mergeFacts(
  builtIn: Facts,
  names: readonly string[],
  answers: ReadonlyMap<string, Decoded<Facts>>,
  problems: Map<string, string>,
): Facts {
  const owners = new Map(Object.keys(builtIn).map((name) => [name, 'built in']));
  const taken = new Map<string, Facts[string]>();
  const lists = new Map<string, string>();
  for (const source of names) {
    const answer = answers.get(source);
    if (answer?.ok === false) problems.set(source, answer.reason);
    if (answer?.ok !== true) continue;
    const own: string[] = [];
    const clashes: string[] = [];
    for (const [name, value] of Object.entries(answer.value)) {
      const owner = owners.get(name);
      if (owner !== undefined) clashes.push(`${name} is not taken: it is ${owner}`);
      else if (taken.size >= MOST_FACTS) clashes.push(`${name} comes after the ${MOST_FACTS} facts that are taken`);
      else if (own.join().length + name.length >= LONGEST_LIST)
        clashes.push(`${name}: the names are too long together`);
      else {
        own.push(name);
        owners.set(name, `of ${source}`);
        taken.set(name, value);
      }
    }
    if (own.length > 0) lists.set(source, own.join());
    if (clashes.length > 0) problems.set(source, clashes.join('; '));
  }
  const told = [...problems].slice(0, MOST_FILES);
  return Object.fromEntries([
    ...told.map(
      ([name, problem]) => [`facts.problem.${name}`, problem.slice(0, LONGEST_PROBLEM).toWellFormed()] as const,
    ),
    ...[...lists].map(([name, list]) => [`facts.from.${name}`, list] as const),
    ...taken,
  ]);
}

const formatOf = (file: string): FactFormat | undefined => FORMATS[path.extname(file)];

const namesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.')).toSorted();

async function readData(file: string, uid: number): Promise<Decoded<Facts>> {
  // A named pipe would hold the thread that opens it.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const about = await handle.stat();
    const wrong = about.isFile() ? unsafe(about, uid) : 'is no file';
    if (wrong !== undefined) return refused(wrong);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MOST_BYTES + 1), 0, MOST_BYTES + 1, 0);
    if (bytesRead > MOST_BYTES) return refused(`is longer than ${MOST_BYTES} bytes`);
    const format = formatOf(file) ?? 'lines';
    return decodeBytes(buffer.subarray(0, bytesRead), (text) => decodeFacts(format, text));
  } finally {
    await handle.close();
  }
}

function decodeBytes(bytes: Uint8Array, decode: (text: string) => Decoded<Facts>): Decoded<Facts> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refused('is not UTF-8');
  }
  return decode(text);
}

const refused = (reason: string): Decoded<Facts> => ({ ok: false, reason, at: 0 });

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
