// The shape that every step type has: what it needs, what is wrong with it, and
// which request it becomes. A new type is a new file here and a line in step-types.ts.

import type { CatalogItem } from '#kernel/domain/desired-state.ts';
import type { InputValues } from '../inputs.ts';
import type { DesiredStateStep } from './desired-state.ts';
import type { ReleaseStep } from './release.ts';
import type { ScriptStep } from './script.ts';
import type { ServiceStep } from './service.ts';

export interface StepCommon {
  name?: string;
  timeoutSec?: number;
  /** stop: start nothing further; ignore: go on; drop_host: only the failed host leaves. 'stop' when absent. */
  onFailure?: 'stop' | 'ignore' | 'drop_host';
}

export type RunStep = ScriptStep | ServiceStep | ReleaseStep | DesiredStateStep;

/** What people may write in a runbook; the others have commands of their own. */
export type RunbookStep = ScriptStep | ServiceStep;

export interface StepContext {
  inputs: InputValues;
  timeoutSec: number;
  /** What the host should be like; only read for steps that ask for it. */
  catalog: CatalogItem[];
}

/** Action and body of the signed request; `timeoutSec` bounds the work on the host. */
export interface StepRequest {
  action: 'script' | 'service' | 'release' | 'desired_state';
  body: Record<string, unknown>;
}

export interface StepType<Step extends RunStep> {
  type: Step['type'];
  /** Texts in which a whole-value input reference is allowed. */
  references(step: Step): string[];
  /** Problems that the schema cannot see, each "field: what is wrong". */
  check(step: Step): string[];
  request(step: Step, context: StepContext): StepRequest;
}
