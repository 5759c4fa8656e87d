// A runbook: the saved, versioned definition of what to do. Every save is a version;
// runs keep a copy of the one they used.

import { checkDefinitions, type InputDefinition } from './inputs.ts';
import { checkSteps } from './steps/step-types.ts';
import type { RunbookStep } from './steps/step.ts';

export interface RunbookDefinition {
  inputs: InputDefinition[];
  steps: RunbookStep[];
}

export interface Runbook extends RunbookDefinition {
  id: string;
  name: string;
  description: string;
  version: number;
  /** Set on runbooks that Plexus made itself. */
  origin: string | undefined;
  createdAtMs: number;
  updatedAtMs: number;
}

export interface NewRunbook {
  name: string;
  description?: string;
  inputs?: InputDefinition[];
  steps: RunbookStep[];
}

export interface RunbookVersion extends RunbookDefinition {
  version: number;
  savedBy: string;
  savedAtMs: number;
}

/** Every problem of a definition, each with its place; empty when it can be saved. */
export const checkRunbook = (definition: RunbookDefinition): string[] => [
  ...(definition.steps.length === 0 ? ['steps: a runbook needs at least one'] : []),
  ...checkDefinitions(definition.inputs),
  ...checkSteps(definition.steps, definition.inputs),
];
