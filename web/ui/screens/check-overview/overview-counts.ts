// Sums over the counts of the overview, and the filter that lists what a sum counted. Pure.

import type { StateCount } from '#web/contract/check-views.ts';

export interface Cell {
  object: StateCount['object'];
  state: StateCount['state'];
  /** Absent = both. */
  isHandled?: boolean;
}

export const HOST_ROWS = ['down', 'unreachable', 'pending', 'up'] as const;
export const SERVICE_ROWS = ['critical', 'warning', 'unknown', 'pending', 'ok'] as const;

export const isProblem = (state: StateCount['state']): boolean => !['ok', 'up', 'pending'].includes(state);

export function countOf(states: readonly StateCount[], { object, state, isHandled }: Cell): number {
  return states
    .filter((one) => one.object === object && one.state === state)
    .filter((one) => isHandled === undefined || one.isHandled === isHandled)
    .reduce((sum, { count }) => sum + count, 0);
}

export const totalOf = (states: readonly StateCount[], object: StateCount['object']): number =>
  states.filter((one) => one.object === object).reduce((sum, { count }) => sum + count, 0);

export function filterOf({ object, state, isHandled }: Cell, within = ''): string {
  const handled = isHandled === undefined ? '' : isHandled ? 'is:handled' : 'is:unhandled';
  return [`object:${object}`, `state:${state}`, handled, within].filter(Boolean).join(' ');
}

/** Groups with unhandled problems first, then those with any, then by name. */
export function worstGroupsFirst<Group extends { name: string; states: readonly StateCount[] }>(
  groups: readonly Group[],
): Group[] {
  const weight = ({ states }: Group): number =>
    states
      .filter(({ state }) => isProblem(state))
      .reduce((sum, { state, isHandled, count }) => sum + count * (isHandled ? 0.001 : severity(state)), 0);
  return groups.toSorted((a, b) => weight(b) - weight(a) || a.name.localeCompare(b.name, undefined, { numeric: true }));
}

const severity = (state: StateCount['state']): number => (state === 'critical' || state === 'down' ? 100 : 1);
