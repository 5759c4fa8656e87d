// When a check runs next. Regular runs stand on a grid that follows from the check's
// id, so that a restart moves nothing and thousands of checks do not run at once.

import { nextOnGrid, splayMs } from '#kernel/splay.ts';
import type { CheckDefinition } from '../check-definition.ts';
import type { MachineSettings } from '../machine/settings.ts';

type Rhythm = Pick<CheckDefinition, 'id'> & Pick<MachineSettings, 'intervalMs' | 'retryIntervalMs'>;

/** What is new or overdue runs within so long after the start, spread by id. */
const CATCH_UP_MS = 5000;

/** After a run that began at `startedAtMs`: soon again while a problem is soft, else at the next place of the grid. */
export function nextRunAtMs(check: Rhythm, isSoftProblem: boolean, startedAtMs: number, nowMs: number): number {
  if (isSoftProblem) return Math.max(nowMs, startedAtMs + check.retryIntervalMs);
  return nextOnGrid(check.id, check.intervalMs, nowMs + 1);
}

/** At the start of the process: keeps the plan of the last run, unless it was never made or is past. */
export function firstRunAtMs(check: Rhythm, plannedAtMs: number | null, nowMs: number): number {
  if (plannedAtMs !== null && plannedAtMs > nowMs) return Math.min(plannedAtMs, nowMs + check.intervalMs);
  return nowMs + splayMs(check.id, Math.min(check.intervalMs, CATCH_UP_MS));
}

/** Longer without a result than two intervals and this: nobody watched. */
const GAP_MS = 60_000;

/**
 * From when on nobody looked, although a run was due: an interval after it should have begun. Null when the last
 * result still speaks for the object, or nothing was planned.
 */
export function unwatchedSinceMs(
  check: { intervalMs: number; checkedAtMs: number | null; plannedAtMs: number | null },
  nowMs: number,
): number | null {
  const { intervalMs, checkedAtMs, plannedAtMs } = check;
  if (checkedAtMs === null || plannedAtMs === null) return null;
  const sinceMs = Math.max(checkedAtMs + intervalMs, plannedAtMs) + intervalMs;
  return nowMs - sinceMs > GAP_MS ? Math.round(sinceMs) : null;
}
