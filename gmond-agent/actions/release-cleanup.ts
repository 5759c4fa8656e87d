// Which releases stay: the newest good ones, the one in service and the one before
// it. Failed ones do not take their places.

import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { currentRelease, isPartial, listReleases, readNote, type Layout } from './release-layout.ts';

const FAILED_KEPT = 2;
const FAILED_KEPT_MS = 3 * 86_400_000;

interface CleanupOptions {
  /** Good releases that stay, the current one among them. */
  keep: number;
  previous: string | undefined;
  nowMs: number;
}

/** Names removed, newest first, and names in releases/ that are none of ours and stay. */
export function cleanUp(layout: Layout, options: CleanupOptions): { removed: string[]; foreign: string[] } {
  const { releases, foreign } = listReleases(layout);
  const current = currentRelease(layout);
  const isGood = (name: string) => readNote(path.join(layout.releases, name))?.state === 'good';
  const good = releases.filter(isGood);
  const others = releases.filter((name) => !isGood(name) && options.nowMs - instantOf(name) < FAILED_KEPT_MS);
  const kept = new Set([...good.slice(0, options.keep), ...others.slice(0, FAILED_KEPT), current, options.previous]);
  const removed = releases.filter((name) => !kept.has(name));
  const cutShort = readdirSync(layout.releases).filter(isPartial);
  for (const name of [...removed, ...cutShort])
    rmSync(path.join(layout.releases, name), { recursive: true, force: true });
  return { removed, foreign };
}

/** Epoch milliseconds of a release name, YYYYMMDDHHMMSS in UTC. */
function instantOf(name: string): number {
  const [year = 0, month = 1, ...rest] = [name.slice(0, 4), ...(name.slice(4).match(/../g) ?? [])].map(Number);
  return Date.UTC(year, month - 1, ...rest);
}
