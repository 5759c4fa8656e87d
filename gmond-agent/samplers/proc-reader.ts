// Reads kernel text for the samplers; several metrics of one moment share one reading.

import { readdir, readFile, statfs } from 'node:fs/promises';
import type { Clock } from '#kernel/clock.ts';
import type { ReadSpace } from './disk.ts';

/** Text of a file, or undefined when it is not there or may not be read. */
export type ReadText = (path: string) => Promise<string | undefined>;

export const readTextFile: ReadText = (path) => readFile(path, 'utf8').catch(() => undefined);

/** Names in a folder; none when it is not there. */
export type ListFolder = (path: string) => Promise<string[]>;

export const listFolder: ListFolder = (path) => readdir(path).catch(() => []);

export const readFileSystemSpace: ReadSpace = (mountPoint) => statfs(mountPoint).catch(() => undefined);

// How long gmond keeps what it read (spec/ganglia.md §3), in milliseconds.
const KEEP_MS: Readonly<Record<string, number>> = {
  '/proc/stat': 1000,
  '/proc/net/dev': 1000,
  '/proc/loadavg': 5000,
  '/proc/meminfo': 5000,
};

/** Keeps each text for as long as gmond does, so that groups collected together tell of the same moment. */
export function createCachedReader(clock: Clock, readText: ReadText, scale = 1): ReadText {
  const kept = new Map<string, { text: Promise<string | undefined>; readAtMs: number }>();
  return (path) => {
    const keepMs = KEEP_MS[path];
    if (keepMs === undefined) return readText(path);
    const nowMs = clock.monotonicMs();
    const before = kept.get(path);
    if (before !== undefined && nowMs - before.readAtMs < keepMs * Math.min(1, scale)) return before.text;
    const text = readText(path);
    kept.set(path, { text, readAtMs: nowMs });
    return text;
  };
}
