// A step as its form holds it, and as the API takes it. Pure.

import type { RunbookStep } from '#web/contract/remediation-steps.ts';
import { joinCommand, splitCommand } from '../../format/command-line.ts';

export const COMMANDS = ['startCommand', 'stopCommand', 'restartCommand', 'statusCommand'] as const;
export type CommandName = (typeof COMMANDS)[number];

export interface StepDraft {
  type: RunbookStep['type'];
  name: string;
  timeoutSec: number | null;
  onFailure: 'stop' | 'ignore' | 'drop_host';
  interpreter: 'sh' | 'bash' | 'python3';
  script: string;
  service: string;
  action: 'start' | 'stop' | 'restart' | 'status';
  /** Commands as typed, for hosts without systemd. */
  commands: Record<CommandName, string>;
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
  commands: { startCommand: '', stopCommand: '', restartCommand: '', statusCommand: '' },
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
    commands: {
      startCommand: joinCommand(step.startCommand),
      stopCommand: joinCommand(step.stopCommand),
      restartCommand: joinCommand(step.restartCommand),
      statusCommand: joinCommand(step.statusCommand),
    },
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
    ...commandsOf(draft.commands),
  };
}

/** Only the commands that were given. */
function commandsOf(typed: Record<CommandName, string>): Partial<Record<CommandName, string[]>> {
  const commands: Partial<Record<CommandName, string[]>> = {};
  for (const name of COMMANDS) {
    const words = splitCommand(typed[name]);
    if (words.length > 0) commands[name] = words;
  }
  return commands;
}
