// All step types, and the two questions asked of any step.

import { referencedInput, type InputDefinition } from '../inputs.ts';
import { desiredStateStep } from './desired-state.ts';
import { releaseStep } from './release.ts';
import { scriptStep } from './script.ts';
import { serviceStep } from './service.ts';
import type { RunStep, StepContext, StepRequest } from './step.ts';

function inspect(step: RunStep): { problems: string[]; references: string[] } {
  switch (step.type) {
    case 'script':
      return { problems: scriptStep.check(step), references: scriptStep.references(step) };
    case 'service':
      return { problems: serviceStep.check(step), references: serviceStep.references(step) };
    case 'release':
      return { problems: releaseStep.check(step), references: releaseStep.references(step) };
    case 'desired_state':
      return { problems: desiredStateStep.check(step), references: desiredStateStep.references(step) };
    default:
      return step satisfies never;
  }
}

/** Every problem of `steps` with the place it is at: 'steps[1].service: "-x" is not a service name'. */
export function checkSteps(steps: readonly RunStep[], inputs: readonly InputDefinition[]): string[] {
  const known = inputs.map((input) => input.name);
  return steps.flatMap((step, index) => {
    const { problems, references } = inspect(step);
    const unknown = references
      .map(referencedInput)
      .filter((name) => name !== undefined)
      .filter((name) => !known.includes(name))
      .map((name) => `steps[${index}]: "{{${name}}}" names no input; declared: ${known.join(', ') || 'none'}`);
    return [...problems.map((problem) => `steps[${index}].${problem}`), ...unknown];
  });
}

/** The request that a step becomes on one host. */
export function requestOf(step: RunStep, context: StepContext): StepRequest {
  switch (step.type) {
    case 'script':
      return scriptStep.request(step, context);
    case 'service':
      return serviceStep.request(step, context);
    case 'release':
      return releaseStep.request(step, context);
    case 'desired_state':
      return desiredStateStep.request(step, context);
    default:
      return step satisfies never;
  }
}

/** What a reader calls the step: its name, else what it does. */
export function stepTitle(step: RunStep): string {
  if (step.name) return step.name;
  switch (step.type) {
    case 'script':
      return firstCommand(step.script) ?? `${step.interpreter} script`;
    case 'service':
      return `${step.action} ${step.service}`;
    case 'release':
      return `${step.action} ${step.app} ${step.version}`;
    case 'desired_state':
      return 'apply desired state';
    default:
      return step satisfies never;
  }
}

const TITLE_CHARACTERS = 60;

/** The first line of a script that does something, so that two runs in a list can be told apart. */
function firstCommand(script: string): string | undefined {
  const lines = script.split('\n').map((line) => line.trim());
  const first = lines.find((line) => line !== '' && !line.startsWith('#') && line !== 'set -e');
  if (first === undefined || first.length <= TITLE_CHARACTERS) return first;
  return `${first.slice(0, TITLE_CHARACTERS - 1)}…`;
}
