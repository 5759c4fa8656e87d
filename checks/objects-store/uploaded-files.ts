// Files of a set that somebody sent: bounded, text only, found by the names they have or had
// on the machine they come from. Nothing is opened here.

import { badRequest } from '#kernel/errors.ts';
import type { NagiosFiles } from '#wire/nagios-config-tree.ts';

export interface SentFile {
  name: string;
  text: string;
}

export const MOST_FILES = 10_000;
export const MOST_BYTES = 20 * 1024 * 1024;
const LONGEST_NAME = 1024;

/** Throws `too_large` or `bad_file_name` (400) with what is accepted. */
export function refuseSentFiles(files: readonly SentFile[]): void {
  if (files.length === 0) throw badRequest('no_files', 'There is no file; send at least one.');
  if (files.length > MOST_FILES)
    throw badRequest('too_large', `${files.length} files were sent; at most ${MOST_FILES} are accepted.`);
  let bytes = 0;
  const seen = new Set<string>();
  for (const { name, text } of files) {
    bytes += Buffer.byteLength(text);
    const shown = JSON.stringify(name.slice(0, 100));
    if (name === '' || name.length > LONGEST_NAME || /\p{Cc}/u.test(name) || !name.isWellFormed())
      throw badRequest('bad_file_name', `${shown} is no name of a file.`);
    if (name.split('/').includes('..'))
      throw badRequest('bad_file_name', `${shown} leads out of its folder; names without ".." are accepted.`);
    if (seen.has(name)) throw badRequest('bad_file_name', `${shown} was sent twice.`);
    seen.add(name);
  }
  if (bytes > MOST_BYTES)
    throw badRequest(
      'too_large',
      `The files have ${Math.ceil(bytes / 1024 / 1024)} MB together; at most ${MOST_BYTES / 1024 / 1024} MB are accepted.`,
    );
}

/** What of a file can be no configuration: a picture, a program. Undefined for text. */
export const binaryReason = (text: string): string | undefined =>
  text.includes('\0') ? 'it is binary' : text.isWellFormed() ? undefined : 'it is not Unicode text';

/**
 * The configuration says `/etc/nagios4/objects/a.cfg`; that file may have been sent under this name, or as
 * `nagios4/objects/a.cfg`, or as `objects/a.cfg` beside the main file. `folders`: those without any file in them.
 */
export function createSentFiles(
  files: readonly SentFile[],
  options: { mainFile: string; folders?: readonly string[] },
): NagiosFiles {
  const base = folderOf(options.mainFile);
  const texts = new Map<string, string>();
  const folders = new Map<string, Set<string>>();
  for (const { name, text } of files) {
    for (const path of namesOf(name, base)) {
      texts.set(path, text);
      addToFolders(folders, path);
    }
  }
  for (const folder of options.folders ?? [])
    for (const path of namesOf(folder, base)) if (!folders.has(path)) folders.set(path, new Set());

  return {
    read(path) {
      const text = findBySuffix(texts, path);
      if (text === undefined) return { reason: 'it is not among the files that were sent' };
      const reason = binaryReason(text);
      return reason === undefined ? { text } : { reason };
    },
    list(path) {
      const names = findBySuffix(folders, path);
      return names === undefined ? { reason: 'no file of it is among those that were sent' } : { names: [...names] };
    },
  };
}

const folderOf = (file: string): string => file.slice(0, Math.max(0, file.lastIndexOf('/')));

/** As it was sent, and as seen from the main file. */
function namesOf(name: string, base: string): string[] {
  const whole = withoutEnds(name);
  const from = withoutEnds(base);
  return from !== '' && whole.startsWith(`${from}/`) ? [whole, whole.slice(from.length + 1)] : [whole];
}

const withoutEnds = (path: string): string => path.replaceAll('\\', '/').replace(/^\.?\/+|\/+$/g, '');

function addToFolders(folders: Map<string, Set<string>>, path: string): void {
  const parts = path.split('/');
  for (let at = parts.length - 1; at > 0; at--) {
    const folder = parts.slice(0, at).join('/');
    const entry = at === parts.length - 1 ? (parts[at] ?? '') : `${parts[at]}/`;
    const names = folders.get(folder);
    if (names?.has(entry)) return;
    if (names === undefined) folders.set(folder, new Set([entry]));
    else names.add(entry);
  }
}

/** The longest end of the path that is known. */
function findBySuffix<Found>(known: ReadonlyMap<string, Found>, path: string): Found | undefined {
  let rest = withoutEnds(normalized(path));
  for (;;) {
    const found = known.get(rest);
    if (found !== undefined) return found;
    const slash = rest.indexOf('/');
    if (slash < 0) return undefined;
    rest = rest.slice(slash + 1);
  }
}

/** `a/../b` and `./b` are `b`. */
function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
