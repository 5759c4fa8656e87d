// Plugin exit codes and the codes of passive results as states (spec §1.1, §3.2).

import { HOST_STATES, SERVICE_STATES, type HostState, type ServiceState } from '#kernel/domain/check-state.ts';
import type { HostNeighbour } from './surroundings.ts';

/** Codes other than 0 to 3 have no meaning of their own; `otherwise` is what the check makes of them. */
export const serviceStateOfCode = (code: number, otherwise: ServiceState): ServiceState =>
  SERVICE_STATES[code] ?? otherwise;

/** A host answers when its plugin says OK or WARNING; strict sites count only OK (`use_aggressive_host_checking`). */
export const hostStateOfExit = (code: number, isWarningUp: boolean): 'up' | 'down' =>
  code === 0 || (code === 1 && isWarningUp) ? 'up' : 'down';

/** Passive host results name the state itself: 0 UP, 1 DOWN, 2 UNREACHABLE. */
export const hostStateOfPassiveCode = (code: number): HostState => HOST_STATES[code] ?? 'down';

/** A host that does not answer is only unreachable when it has parents and none of them is up (§3.6). */
export const reachableState = (parents: readonly HostNeighbour[]): 'down' | 'unreachable' =>
  parents.length > 0 && !parents.some((parent) => parent.current.state === 'up') ? 'unreachable' : 'down';
