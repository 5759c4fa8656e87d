// One result of a service: the next state, and all that follows from it. Pure, and cheap
// for the result that is nearly every result: all was well and still is.

import type { ServiceState } from '#kernel/domain/check-state.ts';
import type { ServiceCheckState } from './check-state.ts';
import { countServiceResult } from './count-service.ts';
import type { Decision, Effect } from './effect.ts';
import { recordState } from './flapping.ts';
import { momentAt } from './moment.ts';
import { settleResult, type ArrivedResult } from './settle-result.ts';
import type { MachineSettings } from './settings.ts';
import type { AroundService } from './surroundings.ts';

export interface ServiceResult extends ArrivedResult {
  state: ServiceState;
}

const NO_EFFECTS: readonly Effect<ServiceState>[] = [];

export function decideServiceResult(
  before: ServiceCheckState,
  result: ServiceResult,
  settings: MachineSettings,
  around: AroundService,
  nowMs: number,
): Decision<ServiceState> {
  if (isStillWell(before, result, settings, around)) {
    return { after: { ...before, checkedAtMs: nowMs, isPassive: result.isPassive }, effects: NO_EFFECTS };
  }
  const host = { isUp: around.host.current.state === 'up' };
  const step = countServiceResult(before, result.state, settings, host, around.site.rules.flapWeights);
  const { after, effects } = settleResult(before, step, result, momentAt(settings, around, nowMs));
  const looks = [...lookAtHost(before, result, around, nowMs), ...lookAtMasters(after, settings, around)];
  return looks.length === 0 ? { after, effects } : { after, effects: [...effects, ...looks] };
}

/** Nothing to count, to tell, to end or to record. */
const isStillWell = (
  before: ServiceCheckState,
  result: ServiceResult,
  settings: MachineSettings,
  around: AroundService,
): boolean =>
  result.state === 'ok' &&
  before.state === 'ok' &&
  before.isChecked &&
  before.type === 'hard' &&
  before.attempt === 1 &&
  before.lastHardState === 'ok' &&
  !before.isFlapping &&
  before.told.owed.length === 0 &&
  around.host.current.state === 'up' &&
  recordState(before.history, 0) === before.history &&
  !(result.isNewOutput && settings.stalking.includes('ok'));

/** A new problem may be the host's; a service that is well says that its host is alive (§3.3). */
function lookAtHost(
  before: ServiceCheckState,
  result: ServiceResult,
  { host, site }: AroundService,
  nowMs: number,
): Effect<ServiceState>[] {
  const isHostUp = host.current.state === 'up';
  const isOk = result.state === 'ok';
  if (isHostUp === isOk) return [];
  if (!isOk && before.state === result.state) return [];
  const { checkedAtMs } = host.current;
  if (checkedAtMs !== null && nowMs - checkedAtMs < site.rules.hostFreshForMs) return [];
  return [{ kind: 'check_now', ids: [host.id], why: isOk ? 'host_may_be_back' : 'host_of_problem' }];
}

/** One attempt before it is hard: who is to blame should be known when it is. */
function lookAtMasters(
  after: ServiceCheckState,
  settings: MachineSettings,
  { dependencies, site }: AroundService,
): Effect<ServiceState>[] {
  if (!site.rules.looksAtMastersEarly || dependencies.length === 0) return [];
  if (after.type !== 'soft' || after.attempt !== settings.maxAttempts - 1) return [];
  return [{ kind: 'check_now', ids: dependencies.map(({ master }) => master.id), why: 'master' }];
}
