// Codes of passive results as states, and what parents make of a host that does not answer
// (spec §1.1, §3.2, §3.6). Exit codes of our own plugins are in ../exit-code.ts.

import { HOST_STATES, SERVICE_STATES, type HostState, type ServiceState } from '#kernel/domain/check-state.ts';
import type { HostNeighbour } from './surroundings.ts';

/** 0 to 3; whatever else a sender writes is UNKNOWN. */
export const serviceStateOfPassiveCode = (code: number): ServiceState => SERVICE_STATES[code] ?? 'unknown';

/** Passive host results name the state itself: 0 UP, 1 DOWN, 2 UNREACHABLE. */
export const hostStateOfPassiveCode = (code: number): HostState => HOST_STATES[code] ?? 'down';

/** A host that does not answer is only unreachable when it has parents and none of them is up (§3.6). */
export const reachableState = (parents: readonly HostNeighbour[]): 'down' | 'unreachable' =>
  parents.length > 0 && !parents.some((parent) => parent.current.state === 'up') ? 'unreachable' : 'down';
