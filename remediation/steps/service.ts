// Starts, stops, restarts or asks after a service: by systemd where it runs, else
// by the command that the step declares.

import { resolveReference } from '../inputs.ts';
import type { StepCommon, StepType } from './step.ts';

export interface ServiceStep extends StepCommon {
  type: 'service';
  service: string;
  action: 'start' | 'stop' | 'restart' | 'reload' | 'status';
  /** Argument arrays, run without a shell. */
  restartCommand?: string[];
  statusCommand?: string[];
}

// Letters of systemd unit names (systemd.unit(5)); a leading dash would be read as an option.
const UNIT_NAME = /^[A-Za-z0-9_@:][A-Za-z0-9_@:.\\-]*$/;

export const serviceStep: StepType<ServiceStep> = {
  type: 'service',
  references: (step) => [step.service, ...(step.restartCommand ?? []), ...(step.statusCommand ?? [])],
  check(step) {
    const isReference = step.service.startsWith('{{');
    return isReference || UNIT_NAME.test(step.service) ? [] : [`service: "${step.service}" is not a service name`];
  },
  request(step, { inputs, timeoutSec }) {
    const resolved = (command: string[]) => command.map((argument) => resolveReference(argument, inputs));
    return {
      action: 'service',
      body: {
        service: resolveReference(step.service, inputs),
        action: step.action,
        ...(step.restartCommand && { restartCommand: resolved(step.restartCommand) }),
        ...(step.statusCommand && { statusCommand: resolved(step.statusCommand) }),
        timeoutSec,
      },
    };
  },
};
