// An alert as it is stored, and what makes two of them the same.

import type { Operator } from '#kernel/domain/condition.ts';
import type { LoopEvidence, Severity } from '#kernel/domain/event.ts';
import { seriesOf } from './rules/condition-store.ts';
import type { AlertLife } from './alert-state.ts';

export type ReflexStatus = 'fixing' | 'verifying' | 'healed' | 'refused' | 'failed';

/** What the alert is about, in names; kept with it so that it reads the same when the objects are gone. */
export interface AlertLabels {
  cluster?: string;
  host?: string;
  hostKey?: string;
  metric?: string;
  operator?: Operator;
  unit?: string;
  checkName?: string;
  checkState?: string;
}

export interface AlertSubject {
  /** Rule and subject: the storm of one condition is one alert. */
  fingerprint: string;
  title: string;
  hostId?: string;
  checkId?: string;
  labels: AlertLabels;
}

export interface AlertRecord extends AlertLife {
  id: string;
  fingerprint: string;
  /** Null when the rule was deleted since. */
  ruleId: string | null;
  ruleName: string;
  hostId: string | null;
  checkId: string | null;
  title: string;
  severity: Severity;
  labels: AlertLabels;
  openedEvidence: LoopEvidence;
  resolvedEvidence: LoopEvidence | null;
  value: number | null;
  threshold: number | null;
  openedAtMs: number;
  acknowledgedAtMs: number | null;
  resolvedBy: string | null;
  healedByRunId: string | null;
  pagesSent: number;
  reflexStatus: ReflexStatus | null;
  reflexSummary: string | null;
  reflexRunId: string | null;
  escalateAtMs: number | null;
}

type Series = { cluster: string; hostKey: string; metric: string };

export const metricFingerprint = (ruleId: string, series: Series): string => `${ruleId} metric ${seriesOf(series)}`;
export const checkFingerprint = (ruleId: string, checkId: string): string => `${ruleId} check ${checkId}`;
export const hostFingerprint = (ruleId: string, host: { cluster: string; hostKey: string }): string =>
  `${ruleId} host ${JSON.stringify([host.cluster, host.hostKey])}`;

/** "user:anna" → "anna": people are shown by name, others keep their kind. */
export const personName = (label: string): string => label.replace(/^user:/, '');
