// Masters: when another object's trouble holds back our checks or our words (§3.6).
// Several dependencies of an object block it when any of them does.

import { isFine, type CheckState, type ObjectState } from './check-state.ts';
import type { Dependency, Site } from './surroundings.ts';

/** Loops are refused when they are configured; this only keeps a mistake there from being a crash here. */
const DEEPEST_CHAIN = 100;

/** Name of the master that fails the object now, or null. */
export function failedMaster<State extends ObjectState>(
  dependencies: readonly Dependency<State>[],
  what: 'execution' | 'notification',
  site: Site,
  nowMs: number,
  depth = 0,
): string | null {
  for (const dependency of dependencies) {
    if (dependency.period !== null && !site.isInPeriod(dependency.period, nowMs)) continue;
    if (fails(dependency, what)) return dependency.master.name;
    if (!dependency.inheritsParent || depth >= DEEPEST_CHAIN) continue;
    const further = failedMaster(dependency.master.dependencies, what, site, nowMs, depth + 1);
    if (further !== null) return further;
  }
  return null;
}

function fails<State extends ObjectState>(dependency: Dependency<State>, what: 'execution' | 'notification'): boolean {
  const criteria = what === 'execution' ? dependency.executionFailure : dependency.notificationFailure;
  const { current } = dependency.master;
  if (criteria.includes(countedState(current, dependency.usesSoftStates))) return true;
  return !current.isChecked && isFine(current.state) && criteria.includes('pending');
}

/** A soft problem of the master may be gone with the next result: until it is hard the last hard state counts. */
const countedState = <State extends ObjectState>(master: CheckState<State>, usesSoftStates: boolean): State =>
  master.type === 'soft' && !usesSoftStates ? master.lastHardState : master.state;
