// Copies a history directory while samples are being written to it. The copy is
// a history directory as it was at one instant.

import { constants, createReadStream, createWriteStream, mkdirSync, readdirSync, statSync } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { badRequest } from '#kernel/errors.ts';
import type { StoreFiles } from './store-files.ts';
import { rawFile, tierFile } from './tiers.ts';

/**
 * No upkeep may run meanwhile. Segments never change; of the logs that grow as much is copied as there was at the
 * start. Returns the size of the copy. Throws `history_backup_target` when the target is there and not empty.
 */
export async function backUp(files: StoreFiles, directory: string): Promise<{ bytes: number }> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (readdirSync(directory).length > 0) {
    throw badRequest('history_backup_target', `${directory} is not empty; a backup wants a directory of its own.`);
  }
  const whole: string[] = [];
  const grown: { file: string; bytes: number }[] = [{ file: files.series.file, bytes: files.series.bytes }];
  for (const [hour, { parts, arrivals }] of files.hours) {
    whole.push(...parts.map((part) => rawFile(hour, part)));
    for (const { logs } of arrivals) {
      grown.push(...logs.map((name) => ({ file: files.pathOf(name), bytes: statSync(files.pathOf(name)).size })));
    }
  }
  for (const [name, days] of files.tiers) whole.push(...[...days.keys()].map((day) => tierFile(name, day)));
  let bytes = 0;
  for (const { file, bytes: end } of grown) {
    const copy = path.join(directory, path.basename(file));
    if (end === 0) await (await open(copy, 'w', 0o600)).close();
    else
      await pipeline(createReadStream(file, { end: end - 1 }), createWriteStream(copy, { mode: 0o600, flush: true }));
    bytes += end;
  }
  for (const name of whole) {
    const copy = path.join(directory, name);
    await copyFile(files.pathOf(name), copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const handle = await open(copy, 'r');
    bytes += (await handle.stat()).size;
    await handle.sync();
    await handle.close();
  }
  return { bytes };
}
