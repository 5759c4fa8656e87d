// What a rule is: a condition, how loud it is, and who hears of it.

import type { MetricCondition } from '#kernel/domain/condition.ts';
import type { Severity } from '#kernel/domain/event.ts';

/** Hosts a rule looks at; what is absent matches all. With host or group ids, one of them must match. */
export interface RuleScope {
  cluster?: string;
  host?: string;
  hostIds?: string[];
  groupIds?: string[];
}

export interface MetricRuleSpec extends MetricCondition {
  metric: string;
  /** Shown after the number, such as "%". */
  unit?: string;
  scope: RuleScope;
}

export const PROBLEM_STATES = ['warning', 'critical', 'unknown', 'down', 'unreachable'] as const;
export type ProblemState = (typeof PROBLEM_STATES)[number];

export interface CheckRuleSpec {
  /** Glob on the check's name; absent = every check. */
  check?: string;
  /** Hard states that open an alert. */
  states: ProblemState[];
  scope: RuleScope;
}

export interface HostDownRuleSpec {
  scope: RuleScope;
}

type RuleBody =
  | { kind: 'metric'; spec: MetricRuleSpec }
  | { kind: 'check'; spec: CheckRuleSpec }
  | { kind: 'host_down'; spec: HostDownRuleSpec };

export type RuleDraft = RuleBody & {
  name: string;
  severity: Severity;
  /** if_not_healed: people are told only when automation was refused, failed, or did not answer. */
  notify: 'at_once' | 'if_not_healed';
  /** Empty: the default contacts. */
  contactIds: string[];
  enabled: boolean;
};

export type Rule = RuleDraft & {
  id: string;
  version: number;
  /** "default" on rules that Plexus made itself. */
  origin: string | null;
  createdAtMs: number;
  updatedAtMs: number;
};

export type RuleOf<Kind extends Rule['kind']> = Extract<Rule, { kind: Kind }>;

/** The condition in one line, such as "part_max_used > 90 % for 60 s". */
export function describeRule(rule: RuleBody): string {
  switch (rule.kind) {
    case 'metric': {
      const { metric, operator, threshold, unit, forSec } = rule.spec;
      const held = forSec > 0 ? ` for ${forSec} s` : '';
      return `${metric} ${operator} ${threshold}${unit ? ` ${unit}` : ''}${held}`;
    }
    case 'check':
      return `${rule.spec.check ?? 'any check'} is ${rule.spec.states.join(' or ')}`;
    case 'host_down':
      return 'a host is no longer heard';
    default:
      return rule satisfies never;
  }
}
