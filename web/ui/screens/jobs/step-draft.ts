// A step as its form holds it, and as the API takes it. Pure.

import type { RunbookStep } from '../../../contract/remediation-steps.ts';

export interface StepDraft {
  type: RunbookStep['type'];
  name: string;
  timeoutSec: number | null;
  onFailure: 'stop' | 'ignore' | 'drop_host';
  interpreter: 'sh' | 'bash' | 'python3';
  script: string;
  service: string;
  action: 'start' | 'stop' | 'restart' | 'reload' | 'status';
  restartCommand: string;
  statusCommand: string;
  /** Settings without a field here (arguments, environment, good exit codes): kept as they were. */
  rest: Record<string, unknown>;
}

const EMPTY: StepDraft = {
  type: 'script',
  name: '',
  timeoutSec: null,
  onFailure: 'stop',
  interpreter: 'sh',
  script: '',
  service: '',
  action: 'restart',
  restartCommand: '',
  statusCommand: '',
  rest: {},
};

export const emptyScript = (): StepDraft => ({ ...EMPTY });
export const emptyService = (): StepDraft => ({ ...EMPTY, type: 'service' });

export function draftOfStep(step: RunbookStep): StepDraft {
  const common = { name: step.name ?? '', timeoutSec: step.timeoutSec ?? null, onFailure: step.onFailure ?? 'stop' };
  if (step.type === 'script') {
    const { args, env, okCodes } = step;
    return {
      ...EMPTY,
      ...common,
      interpreter: step.interpreter,
      script: step.script,
      rest: { ...(args && { args }), ...(env && { env }), ...(okCodes && { okCodes }) },
    };
  }
  return {
    ...EMPTY,
    ...common,
    type: 'service',
    service: step.service,
    action: step.action,
    restartCommand: step.restartCommand ?? '',
    statusCommand: step.statusCommand ?? '',
  };
}

export function stepOf(draft: StepDraft): RunbookStep {
  const common = {
    ...(draft.name.trim() === '' ? {} : { name: draft.name.trim() }),
    ...(draft.timeoutSec === null ? {} : { timeoutSec: draft.timeoutSec }),
    ...(draft.onFailure === 'stop' ? {} : { onFailure: draft.onFailure }),
  };
  if (draft.type === 'script') {
    return { ...draft.rest, type: 'script', ...common, interpreter: draft.interpreter, script: draft.script };
  }
  return {
    type: 'service',
    ...common,
    service: draft.service.trim(),
    action: draft.action,
    ...(draft.restartCommand.trim() === '' ? {} : { restartCommand: draft.restartCommand.trim() }),
    ...(draft.statusCommand.trim() === '' ? {} : { statusCommand: draft.statusCommand.trim() }),
  };
}
