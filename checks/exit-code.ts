// Plugin exit codes as states (spec §1.1).

import { SERVICE_STATES, type ServiceState } from '#kernel/domain/check-state.ts';

/** Codes other than 0 to 3 have no meaning of their own; `otherwise` is what the check makes of them. */
export const serviceStateOfExit = (code: number, otherwise: ServiceState): ServiceState =>
  SERVICE_STATES[code] ?? otherwise;

/** A host answers when its plugin says OK or WARNING; strict sites count only OK. */
export const hostStateOfExit = (code: number, isWarningUp: boolean): 'up' | 'down' =>
  code === 0 || (code === 1 && isWarningUp) ? 'up' : 'down';
