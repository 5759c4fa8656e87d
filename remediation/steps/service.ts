// Starts, stops, restarts or asks after a service: by the command that the step
// declares, else by systemd.

import { referencedInput, resolveReference } from '../inputs.ts';
import type { StepCommon, StepType } from './step.ts';

export interface ServiceStep extends StepCommon {
  type: 'service';
  service: string;
  action: 'start' | 'stop' | 'restart' | 'status';
  /** Argument arrays, run without a shell; a declared command goes before systemd. */
  startCommand?: string[];
  stopCommand?: string[];
  restartCommand?: string[];
  statusCommand?: string[];
}

// What the agent takes: letters of systemd unit names (systemd.unit(5)), no leading dash.
const UNIT_NAME = /^[A-Za-z0-9@._:][A-Za-z0-9@._:-]{0,255}$/;
const COMMANDS = ['startCommand', 'stopCommand', 'restartCommand', 'statusCommand'] as const;

export const serviceStep: StepType<ServiceStep> = {
  type: 'service',
  references: (step) => [step.service, ...COMMANDS.flatMap((name) => step[name] ?? [])],
  check(step) {
    const isReference = referencedInput(step.service) !== undefined;
    return isReference || UNIT_NAME.test(step.service) ? [] : [`service: "${step.service}" is not a service name`];
  },
  request(step, { inputs, timeoutSec }) {
    const commands = COMMANDS.flatMap((name) => {
      const command = step[name];
      return command ? [[name, command.map((argument) => resolveReference(argument, inputs))] as const] : [];
    });
    return {
      action: 'service',
      body: {
        service: resolveReference(step.service, inputs),
        action: step.action,
        ...Object.fromEntries(commands),
        timeoutSec,
      },
    };
  },
};
