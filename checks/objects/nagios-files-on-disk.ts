// Files of a Nagios configuration from this machine's disk, or from where a copy of it was
// put. Bounded in size; folders that lead back into themselves by links are entered once.

import { closeSync, fstatSync, openSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { NagiosFiles } from '#wire/nagios-config-tree.ts';

const LARGEST_FILE_BYTES = 16 * 1024 * 1024;
const LARGEST_TREE_BYTES = 256 * 1024 * 1024;

/** The configuration says `from` (`/etc/nagios4`), but its files are under `to`. */
export interface MovedFolder {
  from: string;
  to: string;
}

/** One serves one reading of a tree. Errors of the file system come back as reasons. */
export function createNagiosFilesOnDisk(moved?: MovedFolder): NagiosFiles {
  let leftBytes = LARGEST_TREE_BYTES;
  const entered = new Set<string>();
  const real = (file: string): string =>
    moved !== undefined && (file === moved.from || file.startsWith(`${moved.from}/`))
      ? path.join(moved.to, file.slice(moved.from.length))
      : file;

  return {
    read: (file) =>
      orReason(() => {
        const { text, bytes } = readBounded(real(file), Math.min(LARGEST_FILE_BYTES, leftBytes));
        leftBytes -= bytes;
        return { text };
      }),
    list: (folder) =>
      orReason(() => {
        const where = realpathSync(real(folder));
        if (entered.has(where)) return { reason: 'it was entered before' };
        entered.add(where);
        return { names: readdirSync(where).map((name) => (isFolder(path.join(where, name)) ? `${name}/` : name)) };
      }),
  };
}

function readBounded(file: string, mostBytes: number): { text: string; bytes: number } {
  const descriptor = openSync(file, 'r');
  try {
    const stat = fstatSync(descriptor);
    // A pipe or device could keep the reader waiting for ever.
    if (!stat.isFile()) throw new Error('it is no file');
    if (stat.size > mostBytes) throw new Error(`it is larger than ${mostBytes} bytes`);
    return { text: readFileSync(descriptor, 'utf8'), bytes: stat.size };
  } finally {
    closeSync(descriptor);
  }
}

const isFolder = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;

function orReason<Found>(find: () => Found): Found | { reason: string } {
  try {
    return find();
  } catch (error) {
    return { reason: error instanceof Error ? error.message : 'it cannot be read' };
  }
}
