// How long an object was in each state within a window, with and without downtime. All
// sums are whole milliseconds, so that what is added up again comes out the same.

import { createOutageCounter, type OutageSummary } from './outages.ts';
import type { Bucket, ReportWindow } from './report-window.ts';
import { countedHistory, type CountedStates, type HistoryRow, type StateKind } from './state-history.ts';

export interface StateTime {
  /** All of it. */
  ms: number;
  /** The part of it in downtime. */
  downtimeMs: number;
}

/** 'undetermined': before the first result, and where nobody looked. Together they are the time that counts. */
export type StateTimes<State extends string> = Readonly<Record<State | 'undetermined', StateTime>>;

export interface Availability<State extends string> {
  times: StateTimes<State>;
  /** Outages as they were, and without what lay in downtime. */
  outages: OutageSummary;
  unplannedOutages: OutageSummary;
  /** The same times by bucket of the window, made when asked for; they add up to `times`. */
  buckets(): { bucket: Bucket; times: StateTimes<State> }[];
}

export interface MeasureOptions<State extends string> {
  /** Default hard. */
  counted?: CountedStates;
  /** State before the first row, where it is not known; undetermined when absent. */
  assumedInitialState?: State;
}

/**
 * `history`: sorted rows; the last one before the window gives the state at its start. Pure; the work is the number of
 * rows plus the ranges of the window.
 */
export function measureAvailability<State extends string>(
  history: readonly HistoryRow<State>[],
  window: ReportWindow,
  kind: StateKind<State>,
  options: MeasureOptions<State> = {},
): Availability<State> {
  const names: (State | 'undetermined')[] = [...kind.states, 'undetermined'];
  const rows = countedHistory(history, options.counted ?? 'hard');
  const width = names.length * 2;
  /** By bucket and state: time outside of downtime, time in it. */
  const sums = new Float64Array(window.buckets.length * width);
  const undetermined = names.length - 1;
  // History may be older than the names of today.
  const codeOf = (name: State | 'undetermined'): number => {
    const code = names.indexOf(name);
    return code < 0 ? undetermined : code;
  };
  const isOutage = names.map((name) => (kind.outageStates as readonly string[]).includes(name));
  const all = createOutageCounter();
  const unplanned = createOutageCounter();

  let state = options.assumedInitialState === undefined ? undetermined : codeOf(options.assumedInitialState);
  let isInDowntime = false;
  let next = 0;
  for (const { fromMs, toMs, bucket } of window.counted) {
    let atMs = fromMs;
    while (atMs < toMs) {
      for (let row = rows[next]; row && row.atMs <= atMs; row = rows[++next]) {
        state = codeOf(row.state);
        isInDowntime = row.isInDowntime;
        if (state === undetermined || isOutage[state]) continue;
        all.end();
        unplanned.end();
      }
      const untilMs = Math.min(toMs, rows[next]?.atMs ?? toMs);
      const cell = bucket * width + state * 2 + (isInDowntime ? 1 : 0);
      sums[cell] = (sums[cell] ?? 0) + untilMs - atMs;
      if (isOutage[state]) {
        all.add(atMs, untilMs);
        if (!isInDowntime) unplanned.add(atMs, untilMs);
      }
      atMs = untilMs;
    }
  }

  const timesOf = (from: number, to: number): StateTimes<State> => {
    const times = names.map((name, index): [string, StateTime] => {
      let outside = 0;
      let inside = 0;
      for (let bucket = from; bucket < to; bucket++) {
        outside += sums[bucket * width + index * 2] ?? 0;
        inside += sums[bucket * width + index * 2 + 1] ?? 0;
      }
      return [name, { ms: outside + inside, downtimeMs: inside }];
    });
    return Object.fromEntries(times) as StateTimes<State>;
  };
  const times = timesOf(0, window.buckets.length);
  const good = kind.states.filter((name) => !kind.outageStates.includes(name)).map((name) => times[name]);
  return {
    times,
    outages: all.summarize(good.reduce((sum, { ms }) => sum + ms, 0)),
    unplannedOutages: unplanned.summarize(good.reduce((sum, { ms, downtimeMs }) => sum + ms - downtimeMs, 0)),
    buckets: () => window.buckets.map((bucket, index) => ({ bucket, times: timesOf(index, index + 1) })),
  };
}
