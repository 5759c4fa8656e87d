// States of the Nagios world, in lower case as the API writes them.

export const SERVICE_STATES = ['ok', 'warning', 'critical', 'unknown'] as const;
export type ServiceState = (typeof SERVICE_STATES)[number];

export const HOST_STATES = ['up', 'down', 'unreachable'] as const;
export type HostState = (typeof HOST_STATES)[number];

export type StateType = 'soft' | 'hard';

/** Plugin exit code of a service state: 0 ok, 1 warning, 2 critical, 3 unknown. */
export const exitCodeOf = (state: ServiceState): number => SERVICE_STATES.indexOf(state);
