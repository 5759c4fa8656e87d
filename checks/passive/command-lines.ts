// Carries out lines of external commands: results and orders go to the door, a file named by
// PROCESS_FILE is read where that is allowed. Where the lines come from is no matter here.

import { open, realpath, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '#kernel/clock.ts';
import type { Actor } from '#kernel/domain/actor.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { parseCommandLine, type CommandLine } from '#wire/external-command.ts';
import { createLineCutter } from '#wire/line-cutter.ts';
import { decodeText, displayText } from '#wire/wire-text.ts';
import { createCounts } from './counts.ts';
import type { PassiveDoor, PassiveVia } from './door.ts';
import { createFailureLog } from './failure-log.ts';

export const MAX_LINE_BYTES = 65_536;

const MAX_FILE_BYTES = 64 * 1024 * 1024;
/** Unknown names are logged once each; a flood of them must not fill memory. */
const LOGGED_NAMES = 256;

export interface CommandLinesOptions {
  via: PassiveVia;
  /** Real paths of the folders from which PROCESS_FILE may read and delete; none = it is refused. */
  folders: readonly string[];
}

export interface CommandLines {
  /** Resolves when the line has had its effect or was counted as refused. Never rejects. */
  carryOut(line: Buffer | 'too_long'): Promise<void>;
  /** 'taken' and other verdicts of the door, 'command' for orders, or why a line was refused. */
  counts(): Readonly<Record<string, number>>;
}

export function createCommandLines(
  deps: { clock: Clock; log: Logger; door: PassiveDoor },
  { via, folders }: CommandLinesOptions,
): CommandLines {
  const { clock, log, door } = deps;
  const counts = createCounts();
  const logFailure = createFailureLog(log, via);
  const unknown = new Set<string>();

  function refuse(reason: string, name: string | undefined, at: number): void {
    counts.add(reason);
    if (reason !== 'unknown_command') return log.debug('command line refused', { via, reason, at });
    if (name === undefined || unknown.has(name) || unknown.size >= LOGGED_NAMES) return;
    unknown.add(name);
    log.warn('unknown external command', { via, name });
  }

  async function carryOut(line: Buffer | 'too_long', isNested: boolean): Promise<void> {
    if (line === 'too_long') return refuse('line_too_long', undefined, MAX_LINE_BYTES);
    const text = displayText(decodeText(line, 0, line.length)).trimEnd();
    if (text === '') return;
    const read = parseCommandLine(text);
    if (!read.ok) return refuse(read.reason, read.name, read.at);
    const { command } = read.value;
    if (command.kind === 'process_file') {
      if (isNested) return counts.add('nested_file');
      return processFile(command.path, command.isDeleted);
    }
    await carryOutCommand(read.value);
  }

  async function carryOutCommand({ command, sentAtMs, name }: CommandLine): Promise<void> {
    try {
      counts.add(await passCommand(door, command, { via, atMs: Math.min(sentAtMs, clock.nowMs()) }));
    } catch (error) {
      counts.add(logFailure(name, error));
    }
  }

  async function processFile(file: string, isDeleted: boolean): Promise<void> {
    const refused = (reason: string) => {
      counts.add(reason);
      log.warn('PROCESS_FILE refused', { via, file, reason });
    };
    try {
      // Links are followed first, so that none leads out of the folders.
      const real = await realpath(file);
      if (!folders.some((folder) => real.startsWith(`${folder}${path.sep}`))) return refused('file_not_allowed');
      const handle = await open(real, 'r');
      try {
        const stats = await handle.stat();
        if (!stats.isFile() || stats.size > MAX_FILE_BYTES) return refused('file_not_readable');
        await carryOutFile(handle);
      } finally {
        await handle.close();
      }
      if (isDeleted) await unlink(real);
      counts.add('file');
    } catch (error) {
      refused('file_not_readable');
      log.debug('PROCESS_FILE', { file, ...errorFields(error) });
    }
  }

  async function carryOutFile(handle: FileHandle): Promise<void> {
    const cutter = createLineCutter(MAX_LINE_BYTES);
    for await (const chunk of handle.createReadStream({ autoClose: false, end: MAX_FILE_BYTES - 1 }))
      for (const line of cutter.push(chunk)) await carryOut(line, true);
    const last = cutter.end();
    if (last !== undefined) await carryOut(last, true);
  }

  return { carryOut: (line) => carryOut(line, false), counts: counts.all };
}

/**
 * Takes one command to the door: a result as a result, anything else as an order. Resolves to the
 * name of what became of it; rejects with the door's error. A file to process is refused.
 */
export async function passCommand(
  door: PassiveDoor,
  command: CommandLine['command'],
  { via, atMs, actor }: { via: PassiveVia; atMs: number; actor?: Actor },
): Promise<string> {
  if (command.kind === 'process_file') return 'file_not_allowed';
  if (command.kind !== 'check_result') {
    await door.command(command, via, actor);
    return 'command';
  }
  const { target, code, output } = command;
  return door.submitResult({
    hostName: target.hostName,
    ...(target.of === 'service' && { serviceName: target.serviceName }),
    code,
    output,
    atMs,
    via,
  });
}
