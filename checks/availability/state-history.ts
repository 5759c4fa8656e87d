// The history of an object as a report reads it: rows that hold until the next one, for
// one object or for a group that is as bad as the worst of its members.

import {
  HOST_STATES,
  SERVICE_STATES,
  type HostState,
  type ServiceState,
  type StateType,
} from '#kernel/domain/check-state.ts';

/** Holds from `atMs` until the next row. Rows are sorted by time; of several at one instant the last counts. */
export interface HistoryRow<State extends string> {
  /** Whole milliseconds. */
  atMs: number;
  /** 'undetermined' from where nobody looked: the engine stopped, the check was taken away. */
  state: State | 'undetermined';
  stateType: StateType;
  isInDowntime: boolean;
}

/** The states of a kind of object, best first, and those in which it does not do its work. */
export interface StateKind<State extends string> {
  states: readonly State[];
  outageStates: readonly State[];
}

// Unknown counts against a service and unreachable against a host, as in the SLA reports of Icinga DB; warning does not.
export const SERVICE_KIND: StateKind<ServiceState> = { states: SERVICE_STATES, outageStates: ['critical', 'unknown'] };
export const HOST_KIND: StateKind<HostState> = { states: HOST_STATES, outageStates: ['down', 'unreachable'] };

/** Which changes count. With `hard`, a state that is still being retried has not happened; its downtime has. */
export type CountedStates = 'soft' | 'hard';

/** Rows with the state that counts in each, and without those that change nothing. */
export function countedHistory<State extends string>(
  history: readonly HistoryRow<State>[],
  counted: CountedStates,
): HistoryRow<State>[] {
  const rows: HistoryRow<State>[] = [];
  let last: HistoryRow<State> | undefined;
  for (const row of history) {
    const isRetry = counted === 'hard' && row.stateType === 'soft' && row.state !== 'undetermined';
    const state = isRetry ? (last?.state ?? 'undetermined') : row.state;
    if (last && state === last.state && row.isInDowntime === last.isInDowntime) continue;
    last = state === row.state ? row : { ...row, state };
    rows.push(last);
  }
  return rows;
}

/**
 * A group as one object: at each instant in the worst state of its members, so "any of them is down". A member of which
 * nothing is known has no say while another has. The group is in downtime while all members in that worst state are.
 * `severity`: best first.
 */
export function worstHistory<State extends string>(
  members: readonly (readonly HistoryRow<State>[])[],
  severity: readonly State[],
  counted: CountedStates,
): HistoryRow<State>[] {
  const changes = members
    .flatMap((history, member) => countedHistory(history, counted).map((row) => ({ member, row })))
    .toSorted((a, b) => a.row.atMs - b.row.atMs);
  const rankOf = new Map<string, number>(severity.map((state, index) => [state, index + 1]));
  /** By rank (0 = undetermined): members in that state, and those of them that are not in downtime. */
  const present = severity.map(() => 0).concat(0);
  const unplanned = severity.map(() => 0).concat(0);
  const current = new Map<number, HistoryRow<State>>();
  const count = (row: HistoryRow<State> | undefined, change: 1 | -1): void => {
    if (!row) return;
    const rank = rankOf.get(row.state) ?? 0;
    present[rank] = (present[rank] ?? 0) + change;
    if (!row.isInDowntime) unplanned[rank] = (unplanned[rank] ?? 0) + change;
  };

  const rows: HistoryRow<State>[] = [];
  for (const [index, { member, row }] of changes.entries()) {
    count(current.get(member), -1);
    count(row, 1);
    current.set(member, row);
    if (changes[index + 1]?.row.atMs === row.atMs) continue;
    const worst = present.findLastIndex((members_) => members_ > 0);
    const state = severity[worst - 1] ?? 'undetermined';
    rows.push({ atMs: row.atMs, state, stateType: 'hard', isInDowntime: (unplanned[worst] ?? 0) === 0 });
  }
  return countedHistory(rows, 'hard');
}
