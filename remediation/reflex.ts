// What a reflex is: condition → runbook, with guard and verification. Shapes only;
// whether it may act is guard.ts, what happens then reflex-trigger.ts and reflex-verify.ts.

import type { InputValues } from './inputs.ts';

/** Which alerts a reflex answers; every key that is present must hold. */
export interface ReflexMatch {
  ruleId?: string;
  checkId?: string;
  checkName?: string;
  hostIds?: string[];
  groupIds?: string[];
}

export interface ReflexGuard {
  /** Per host, counted from the last attempt that acted. */
  cooldownSec: number;
  /** Attempts that acted, over all hosts, in any 60 minutes. */
  maxPerHour: number;
  /** Refuse while a run or another reflex is at work on the host. */
  onePerHost: boolean;
}

export interface ReflexVerify {
  /** From the end of the run: the condition must clear within. */
  withinSec: number;
}

export interface Reflex {
  id: string;
  name: string;
  match: ReflexMatch;
  runbookId: string;
  runbookName: string;
  inputs: InputValues;
  guard: ReflexGuard;
  verify: ReflexVerify;
  armed: boolean;
  origin: string | undefined;
  version: number;
  createdAtMs: number;
  updatedAtMs: number;
}

export interface ReflexWithLast extends Reflex {
  lastAttempt: ReflexAttempt | undefined;
}

export interface NewReflex {
  name: string;
  match: ReflexMatch;
  runbookId: string;
  inputs?: InputValues;
  guard?: ReflexGuard;
  verify?: ReflexVerify;
  armed?: boolean;
}

export type AttemptStatus = 'refused' | 'running' | 'verifying' | 'verified' | 'failed';

/** One firing: what the guard said, and how it went. */
export interface ReflexAttempt {
  id: string;
  reflexId: string;
  reflexName: string;
  alertId: string;
  hostId: string | undefined;
  hostName: string | undefined;
  checkId: string | undefined;
  status: AttemptStatus;
  reason: string | undefined;
  runId: string | undefined;
  decidedAtMs: number;
  deadlineMs: number | undefined;
  finishedAtMs: number | undefined;
}

/** From jobs-and-config §17: 15 minutes per host, ten actions in a while, two minutes to prove it. */
export const DEFAULT_GUARD: ReflexGuard = { cooldownSec: 900, maxPerHour: 10, onePerHost: true };
export const DEFAULT_VERIFY: ReflexVerify = { withinSec: 120 };
