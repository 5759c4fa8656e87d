// Follows a Nagios main file through cfg_file, cfg_dir, include_file and include_dir, in
// the order in which Nagios reads them. Files are given by the caller; nothing is opened here.

import { parseNagiosMain, parseNagiosResources, quote, type ConfigProblem, type MainEntry } from './nagios-config.ts';
import { parseNagiosObjects, type RawObject } from './nagios-config-objects.ts';

/** Where the text of the files comes from: a disk, or an upload. A string beside `reason` says why there is none. */
export interface NagiosFiles {
  read(path: string): { text: string } | { reason: string };
  /** Names in a folder; those of folders end in `/`. */
  list(folder: string): { names: string[] } | { reason: string };
}

export interface NagiosTree {
  mainFile: string;
  settings: MainEntry[];
  /** `USER1` → value. */
  resources: Map<string, string>;
  objects: RawObject[];
  /** Every object file that was read, in order. */
  files: string[];
  problems: ConfigProblem[];
}

/** More is no configuration but a mistake in a path. */
const MOST_FILES = 20_000;
const DEEPEST_INCLUDE = 32;

interface Reading extends NagiosTree {
  from: NagiosFiles;
  seen: Set<string>;
}

/** Paths are taken from the folder of the main file. A file that is named twice is read once, as a loop would be. */
export function readNagiosTree(mainFile: string, from: NagiosFiles): NagiosTree {
  const tree: Reading = {
    mainFile,
    settings: [],
    resources: new Map(),
    objects: [],
    files: [],
    problems: [],
    from,
    seen: new Set(),
  };
  const main = from.read(mainFile);
  if ('reason' in main) {
    tree.problems.push({
      file: mainFile,
      line: 1,
      severity: 'error',
      message: `This file was not read: ${main.reason}.`,
    });
    return published(tree);
  }
  const { entries, problems } = parseNagiosMain({ file: mainFile, text: main.text });
  tree.settings = entries;
  tree.problems.push(...problems);
  const base = folderOf(mainFile);
  for (const { key, value, line } of entries) {
    const at = { file: mainFile, line };
    if (key === 'cfg_file') readFile(tree, joined(base, value), at, 0);
    else if (key === 'cfg_dir') readFolder(tree, joined(base, value), at, 0);
    else if (key === 'resource_file') readResources(tree, joined(base, value), at);
  }
  return published(tree);
}

const published = ({ from: _from, seen: _seen, ...tree }: Reading): NagiosTree => tree;

interface At {
  file: string;
  line: number;
}

const tell = (tree: Reading, at: At, message: string, severity: ConfigProblem['severity'] = 'error'): void =>
  void tree.problems.push({ ...at, severity, message });

function readFile(tree: Reading, path: string, at: At, depth: number): void {
  if (tree.seen.has(path)) {
    tell(tree, at, `${quote(path)} was read before; it is not read again.`, 'warning');
    return;
  }
  tree.seen.add(path);
  if (tree.seen.size > MOST_FILES) {
    if (tree.seen.size === MOST_FILES + 1) tell(tree, at, `More than ${MOST_FILES} files; the rest is not read.`);
    return;
  }
  const found = tree.from.read(path);
  if ('reason' in found) {
    tell(tree, at, `${quote(path)} was not read: ${found.reason}.`);
    return;
  }
  tree.files.push(path);
  const { entries, problems } = parseNagiosObjects({ file: path, text: found.text });
  for (const problem of problems) tree.problems.push(problem);
  for (const entry of entries) {
    if (entry.kind === 'object') tree.objects.push(entry.object);
    else include(tree, entry, path, depth);
  }
}

function include(
  tree: Reading,
  entry: { kind: 'include_file' | 'include_dir'; path: string; line: number },
  file: string,
  depth: number,
): void {
  const at = { file, line: entry.line };
  if (depth >= DEEPEST_INCLUDE) {
    tell(tree, at, `Files include each other more than ${DEEPEST_INCLUDE} deep; this one is not read.`);
    return;
  }
  const path = joined(folderOf(file), entry.path);
  if (entry.kind === 'include_file') readFile(tree, path, at, depth + 1);
  else readFolder(tree, path, at, depth + 1);
}

/** Every *.cfg below, by name: Nagios takes the order of the disk, which no two machines share. */
function readFolder(tree: Reading, folder: string, at: At, depth: number): void {
  const found = tree.from.list(folder);
  if ('reason' in found || depth > DEEPEST_INCLUDE) {
    tell(tree, at, `Folder ${quote(folder)} was not read: ${'reason' in found ? found.reason : 'it lies too deep'}.`);
    return;
  }
  for (const name of found.names.toSorted()) {
    if (name.startsWith('.')) continue;
    if (name.endsWith('/')) readFolder(tree, joined(folder, name.slice(0, -1)), at, depth + 1);
    else if (name.endsWith('.cfg')) readFile(tree, joined(folder, name), at, depth);
  }
}

function readResources(tree: Reading, path: string, at: At): void {
  const found = tree.from.read(path);
  if ('reason' in found) {
    tell(tree, at, `${quote(path)} was not read: ${found.reason}.`);
    return;
  }
  const { macros, problems } = parseNagiosResources({ file: path, text: found.text });
  for (const [name, value] of macros) tree.resources.set(name, value);
  tree.problems.push(...problems);
}

const folderOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0)) || '.';

function joined(folder: string, path: string): string {
  const whole = path.startsWith('/') ? path : `${folder}/${path}`;
  return whole.length > 1 && whole.endsWith('/') ? whole.slice(0, -1) : whole;
}
