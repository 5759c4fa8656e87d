// Whether an active check may run now, or why not (§3.3, §3.4, §3.6). A forced run is
// never held back; passive results are taken at any time.

import type { ObjectState } from './check-state.ts';
import { failedMaster } from './dependencies.ts';
import type { MachineSettings } from './settings.ts';
import type { Around } from './surroundings.ts';

export type MayRun =
  | { may: true }
  | { may: false; why: 'active_checks_off' }
  | { may: false; why: 'check_period'; period: string }
  | { may: false; why: 'host_down'; host: string }
  | { may: false; why: 'dependency'; master: string };

const YES: MayRun = { may: true };

/** One that is held back by a dependency or its host is asked again an interval later. */
export function mayRun<State extends ObjectState>(
  settings: MachineSettings,
  around: Around<State>,
  isForced: boolean,
  nowMs: number,
): MayRun {
  if (isForced) return YES;
  if (!settings.activeChecks) return { may: false, why: 'active_checks_off' };
  const { checkPeriod } = settings;
  if (checkPeriod !== null && !around.site.isInPeriod(checkPeriod, nowMs)) {
    return { may: false, why: 'check_period', period: checkPeriod };
  }
  const { host, site } = around;
  if (host !== null && site.rules.skipsServicesOfDownHosts && host.current.state !== 'up') {
    return { may: false, why: 'host_down', host: host.name };
  }
  const master = failedMaster(around.dependencies, 'execution', site, nowMs);
  return master === null ? YES : { may: false, why: 'dependency', master };
}
