// Which executables a folder holds, which of them may be run, and how often. Runs nothing.

import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';

export interface Script {
  /** File name without its last ending; the same as the metrics' group. */
  name: string;
  file: string;
  everySec: number;
  timeoutSec: number;
}

export interface ScriptFolder {
  scripts: Script[];
  refused: { file: string; reason: string }[];
}

const MOST_SCRIPTS = 100;
const DEFAULT_EVERY_SEC = 60;
const DEFAULT_TIMEOUT_SEC = 10;
const HEADER_BYTES = 1024;
const WRITABLE_BY_OTHERS = 0o022;

/**
 * Reads the folder; one that is not there is empty. A file is refused when somebody else than root or this user
 * owns it or may write to it: whoever can change it could run anything as this agent.
 */
export async function readScriptFolder(folder: string, uid: number): Promise<ScriptFolder> {
  const found: ScriptFolder = { scripts: [], refused: [] };
  const refuse = (file: string, reason: string) => void found.refused.push({ file, reason });
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined) return found;
  const wrong = unsafe(await stat(folder), uid);
  if (wrong !== undefined) {
    refuse(folder, `the folder ${wrong}; nothing in it is run`);
    return found;
  }
  for (const name of names.toSorted()) {
    const file = path.join(folder, name);
    // Editors and package managers leave such files behind.
    if (name.startsWith('.') || /(~|\.(bak|swp|dpkg-\w+|rpm\w+|md|txt))$/.test(name)) continue;
    const about = await stat(file).catch(() => undefined);
    if (about === undefined || about.isDirectory()) continue;
    const reason = refusal(about, uid, found.scripts.length);
    if (reason !== undefined) refuse(file, reason);
    else found.scripts.push({ name: path.parse(name).name, file, ...(await readHeader(file)) });
  }
  return found;
}

interface Owned {
  mode: number;
  uid: number;
}

/** What is wrong with the owner or the mode of a file or folder; undefined when only root and `uid` can change it. */
export function unsafe(about: Owned, uid: number): string | undefined {
  if (about.uid !== 0 && about.uid !== uid) return `belongs to user ${about.uid}, neither root nor the agent's own`;
  if ((about.mode & WRITABLE_BY_OTHERS) !== 0) return 'can be written by its group or by everybody (chmod go-w)';
  return undefined;
}

function refusal(about: Owned & { isFile(): boolean }, uid: number, taken: number): string | undefined {
  if (!about.isFile()) return 'is no file';
  if ((about.mode & 0o111) === 0) return 'is not executable (chmod +x)';
  if (taken >= MOST_SCRIPTS) return `comes after the ${MOST_SCRIPTS} that are taken`;
  return unsafe(about, uid);
}

/** "# plexus: every=30 timeout=5" within the first KB, in whatever comment the language has. */
export function parseHeader(text: string): { everySec: number; timeoutSec: number } {
  const given = /\bplexus:((?:\s+(?:every|timeout)=\d+)+)/.exec(text)?.[1] ?? '';
  const number = (key: string) => Number(new RegExp(`\\b${key}=(\\d{1,6})\\b`).exec(given)?.[1] ?? NaN);
  const everySec = number('every') >= 1 ? number('every') : DEFAULT_EVERY_SEC;
  const timeoutSec = number('timeout') >= 1 ? number('timeout') : DEFAULT_TIMEOUT_SEC;
  return { everySec, timeoutSec: Math.min(timeoutSec, 600) };
}

async function readHeader(file: string): Promise<{ everySec: number; timeoutSec: number }> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return parseHeader('');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return parseHeader(buffer.toString('latin1', 0, bytesRead));
  } finally {
    await handle.close();
  }
}
