// A planned downtime of one object, and when it runs. Recurring ones are planned one
// instance at a time, each a downtime of its own.

export interface Downtime {
  id: string;
  /** A fixed one runs from start to end; a flexible one begins with the first problem between them. */
  kind: 'fixed' | 'flexible';
  startAtMs: number;
  endAtMs: number;
  /** How long a flexible one runs; not asked of a fixed one. */
  durationMs: number;
  /** Id of the downtime, of any object, that it begins and ends with. */
  triggeredBy: string | null;
  by: string;
  comment: string;
  /** null = not begun. */
  runsUntilMs: number | null;
}

export const runningDowntime = (downtimes: readonly Downtime[]): Downtime | undefined =>
  downtimes.find((downtime) => downtime.runsUntilMs !== null);

/** How many downtimes run at once (`scheduled_downtime_depth`). */
export const downtimeDepth = (downtimes: readonly Downtime[]): number =>
  downtimes.reduce((depth, { runsUntilMs }) => (runsUntilMs === null ? depth : depth + 1), 0);

/** A flexible one that would begin with a problem at this instant. */
export const isAwaitingProblem = (downtime: Downtime, nowMs: number): boolean =>
  downtime.kind === 'flexible' &&
  downtime.runsUntilMs === null &&
  downtime.triggeredBy === null &&
  downtime.startAtMs <= nowMs &&
  nowMs < downtime.endAtMs;

export const isFixedDue = (downtime: Downtime, nowMs: number): boolean =>
  downtime.kind === 'fixed' &&
  downtime.runsUntilMs === null &&
  downtime.triggeredBy === null &&
  downtime.startAtMs <= nowMs &&
  nowMs < downtime.endAtMs;

/** Begun: with the instant at which it will be over. */
export const begun = (downtime: Downtime, nowMs: number): Downtime => ({
  ...downtime,
  runsUntilMs: downtime.kind === 'fixed' ? downtime.endAtMs : nowMs + downtime.durationMs,
});

/** Over, or never begun and no longer possible. */
export const isOver = (downtime: Downtime, nowMs: number): boolean =>
  (downtime.runsUntilMs ?? downtime.endAtMs) <= nowMs;
