// One result of a host: the next state, and all that follows from it, neighbours that
// should be looked at included.

import type { HostState } from '#kernel/domain/check-state.ts';
import type { HostCheckState } from './check-state.ts';
import { countHostResult } from './count-host.ts';
import type { Decision, Effect } from './effect.ts';
import { reachableState } from './result-state.ts';
import { momentAt } from './moment.ts';
import { settleResult, type ArrivedResult } from './settle-result.ts';
import type { MachineSettings } from './settings.ts';
import type { AroundHost, HostNeighbour } from './surroundings.ts';

export interface HostResult extends ArrivedResult {
  /** Of an active result: up or down. Unreachable is what its parents make of it. */
  state: HostState;
}

export function decideHostResult(
  before: HostCheckState,
  result: HostResult,
  settings: MachineSettings,
  around: AroundHost,
  nowMs: number,
): Decision<HostState> {
  const isGiven = result.isPassive && !around.site.rules.translatesPassiveHosts;
  const state = isGiven || result.state === 'up' ? result.state : reachableState(around.parents);
  const counting = result.isPassive && !settings.countsPassive ? 'hard_at_once' : 'attempts';
  const step = countHostResult(before, state, settings, counting);
  const { after, effects } = settleResult(before, step, result, momentAt(settings, around, nowMs));
  const looks = [...lookAtNeighbours(before, after, around), ...lookAtMasters(after, settings, around)];
  return looks.length === 0 ? { after, effects } : { after, effects: [...effects, ...looks] };
}

/**
 * A host that stops answering may do so because of a parent; one that is back says that its parents are up
 * too. So each parent is looked at (recorded: B/gw/2, B/p1/2, B/gw/7), and each child that this may change.
 */
function lookAtNeighbours(before: HostCheckState, after: HostCheckState, around: AroundHost): Effect<HostState>[] {
  if ((before.state === 'up') === (after.state === 'up')) return [];
  const settled: HostState = after.state === 'up' ? 'up' : 'unreachable';
  const looks: Effect<HostState>[] = [];
  const idsOf = (neighbours: readonly HostNeighbour[]): string[] => neighbours.map(({ id }) => id);
  const children = around.children.filter(({ current }) => current.state !== settled);
  if (around.parents.length > 0) looks.push({ kind: 'check_now', ids: idsOf(around.parents), why: 'parent' });
  if (children.length > 0) looks.push({ kind: 'check_now', ids: idsOf(children), why: 'child' });
  return looks;
}

function lookAtMasters(
  after: HostCheckState,
  settings: MachineSettings,
  { dependencies, site }: AroundHost,
): Effect<HostState>[] {
  if (!site.rules.looksAtMastersEarly || dependencies.length === 0) return [];
  if (after.type !== 'soft' || after.state === 'up' || after.attempt !== settings.maxAttempts - 1) return [];
  return [{ kind: 'check_now', ids: dependencies.map(({ master }) => master.id), why: 'master' }];
}
