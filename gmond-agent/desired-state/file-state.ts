// One managed file: how it stands against what it should be, and putting it right
// by a temporary file, fsync and rename, so that no reader ever sees half of it.

import { constants } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { FileItem } from '#kernel/domain/desired-state.ts';
import type { AccountNames } from './account-names.ts';
import { unifiedDiff } from './unified-diff.ts';

/** `problem` is set when the file cannot be compared or must not be touched. */
interface FileComparison {
  exists: boolean;
  /** What differs, one phrase each; empty when the file is as it should be. */
  differences: string[];
  diff: string;
  problem?: string;
}

const MAX_DIFF_BYTES = 65_536;
// A file larger than this is told as different without a diff, and never read whole.
const MAX_COMPARED_BYTES = 4 * 1024 * 1024;
const BACKUPS_KEPT = 5;

const blank: FileComparison = { exists: false, differences: [], diff: '' };

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

const modeBits = (mode: string): number => Number.parseInt(mode, 8) & 0o777;
const modeText = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0');

/** Reads, changes nothing. Rejects only for errors of the file system other than "not there". */
export async function compareFile(item: FileItem, names: AccountNames): Promise<FileComparison> {
  const unknown = unknownAccount(item, names);
  if (unknown !== undefined) return { ...blank, problem: unknown };
  const found = await lstat(item.path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  const titles = { from: item.path, to: `${item.path} (desired)` };
  if (found === undefined) {
    const diff = unifiedDiff('', item.content, { ...titles, from: '/dev/null' }, MAX_DIFF_BYTES);
    return { exists: false, differences: ['the file is missing'], diff };
  }
  // Writing through a link would change a file that nobody named.
  if (found.isSymbolicLink()) return { ...blank, exists: true, problem: 'the path is a symbolic link' };
  if (!found.isFile()) return { ...blank, exists: true, problem: 'the path is not a regular file' };

  const differences: string[] = [];
  let diff = '';
  if (found.size > MAX_COMPARED_BYTES) differences.push(`the content differs (${found.size} bytes are there)`);
  else {
    const content = await readNoFollow(item.path);
    if (!content.equals(Buffer.from(item.content))) {
      differences.push('the content differs');
      diff = content.includes(0)
        ? 'What is there is binary.\n'
        : unifiedDiff(content.toString('utf8'), item.content, titles, MAX_DIFF_BYTES);
    }
  }
  if ((found.mode & 0o7777) !== modeBits(item.mode))
    differences.push(`the mode is ${modeText(found.mode)}, not ${modeText(modeBits(item.mode))}`);
  if (item.owner !== undefined && found.uid !== names.uidOf(item.owner))
    differences.push(`the owner is ${names.userOf(found.uid)}, not ${item.owner}`);
  if (item.group !== undefined && found.gid !== names.gidOf(item.group))
    differences.push(`the group is ${names.groupOf(found.gid)}, not ${item.group}`);
  return { exists: true, differences, diff };
}

function unknownAccount(item: FileItem, names: AccountNames): string | undefined {
  if (item.owner !== undefined && names.uidOf(item.owner) === undefined) return `there is no user ${item.owner}`;
  if (item.group !== undefined && names.gidOf(item.group) === undefined) return `there is no group ${item.group}`;
  return undefined;
}

async function readNoFollow(file: string): Promise<Buffer> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** Makes the file as it should be. `stamp` tells this change's backup and temporary file from others. */
export async function writeFileState(
  item: FileItem,
  names: AccountNames,
  options: { backupDir: string; stamp: string; exists: boolean },
): Promise<void> {
  if (options.exists) await backUp(item.path, options);
  const folder = path.dirname(item.path);
  const temporary = path.join(folder, `.${path.basename(item.path)}.plexus-${options.stamp}`);
  // O_EXCL: a link that somebody planted under this name is not followed.
  const handle = await open(temporary, 'wx', 0o600);
  try {
    try {
      await handle.writeFile(item.content);
      const before = options.exists ? await lstat(item.path) : undefined;
      const uid = item.owner === undefined ? before?.uid : names.uidOf(item.owner);
      const gid = item.group === undefined ? before?.gid : names.gidOf(item.group);
      if (uid !== undefined || gid !== undefined) await handle.chown(uid ?? -1, gid ?? -1);
      // After chown, which clears bits of the mode.
      await handle.chmod(modeBits(item.mode));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, item.path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncFolder(folder);
}

/** Keeps the last few versions of a file under its encoded path; readable by the agent alone. */
async function backUp(file: string, options: { backupDir: string; stamp: string }): Promise<void> {
  await mkdir(options.backupDir, { recursive: true, mode: 0o700 });
  const prefix = `${encodeURIComponent(file).slice(-200)}.`;
  const backup = path.join(options.backupDir, `${prefix}${options.stamp}`);
  await copyFile(file, backup, constants.COPYFILE_EXCL);
  await chmod(backup, 0o600);
  const older = (await readdir(options.backupDir)).filter((name) => name.startsWith(prefix)).sort();
  for (const name of older.slice(0, -BACKUPS_KEPT)) await unlink(path.join(options.backupDir, name));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
