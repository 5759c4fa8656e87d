// Which release a roll-back leaves, and which it goes back to: pure.

import type { Release } from './release.ts';

/** YYYYMMDDHHMMSS in UTC, later than `newest` even when a clock went backwards. */
export function nextReleaseTs(nowMs: number, newest: string | undefined): string {
  const now = formatTs(nowMs);
  return newest === undefined || now > newest ? now : formatTs(parseTs(newest) + 1000);
}

const formatTs = (atMs: number): string => new Date(atMs).toISOString().replaceAll(/\D/g, '').slice(0, 14);

const parseTs = (ts: string): number =>
  Date.parse(ts.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6Z'));

interface Rollback {
  from: Release;
  to: Release;
}

/**
 * `releases` newest first. A failed deploy that is newer than the current release may have switched some hosts, so
 * it is left for the current one. Otherwise the current one is left for the good one before it.
 */
export function chooseRollback(releases: readonly Release[]): Rollback | undefined {
  const current = releases.find((release) => release.current);
  if (!current) return undefined;
  const [newest] = releases;
  if (newest?.state === 'failed' && newest.releaseTs > current.releaseTs) return { from: newest, to: current };
  const before = releases.find((release) => release.state === 'good' && release.releaseTs < current.releaseTs);
  return before && { from: current, to: before };
}
