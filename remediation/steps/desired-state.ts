// Puts drift right: the host's catalog, compiled when the request is made, is
// enforced by the agent and read back.

import type { StepCommon, StepType } from './step.ts';

export interface DesiredStateStep extends StepCommon {
  type: 'desired_state';
  /** Only this definition; all of the host's when absent. */
  desiredStateId?: string;
}

export const desiredStateStep: StepType<DesiredStateStep> = {
  type: 'desired_state',
  references: () => [],
  check: () => [],
  request: (_step, { catalog, timeoutSec }) => ({
    action: 'desired_state',
    body: { mode: 'enforce', items: catalog, timeoutSec },
  }),
};
