// A rule as its form holds it, and as the API takes it. Pure.

import type { Rule, RuleInput, RuleScope } from '#web/contract/alerting.ts';

export const CHECK_STATES = ['critical', 'warning', 'unknown', 'down', 'unreachable'] as const;
type CheckStateName = (typeof CHECK_STATES)[number];
export const OPERATORS = ['>', '>=', '<', '<=', '==', '!='] as const;

export interface RuleDraft {
  name: string;
  kind: Rule['kind'];
  severity: Rule['severity'];
  notify: Rule['notify'];
  contactIds: string[];
  enabled: boolean;
  metric: string;
  operator: (typeof OPERATORS)[number];
  threshold: number;
  unit: string;
  forSec: number;
  clearThreshold: number | null;
  clearForSec: number;
  check: string;
  states: CheckStateName[];
  cluster: string;
  host: string;
  target: { hostIds: string[]; groupIds: string[] };
}

export function draftOfRule(rule: Rule | null): RuleDraft {
  const scope: RuleScope = rule?.spec.scope ?? {};
  const metric = rule?.kind === 'metric' ? rule.spec : null;
  const check = rule?.kind === 'check' ? rule.spec : null;
  return {
    name: rule?.name ?? '',
    kind: rule?.kind ?? 'metric',
    severity: rule?.severity ?? 'urgent',
    notify: rule?.notify ?? 'at_once',
    contactIds: rule?.contactIds ?? [],
    enabled: rule?.enabled ?? true,
    metric: metric?.metric ?? '',
    operator: metric?.operator ?? '>',
    threshold: metric?.threshold ?? 90,
    unit: metric?.unit ?? '',
    forSec: metric?.forSec ?? 60,
    clearThreshold: metric?.clearThreshold ?? null,
    clearForSec: metric?.clearForSec ?? 0,
    check: check?.check ?? '',
    states: [...(check?.states ?? ['critical'])],
    cluster: scope.cluster ?? '',
    host: scope.host ?? '',
    target: { hostIds: [...(scope.hostIds ?? [])], groupIds: [...(scope.groupIds ?? [])] },
  };
}

export function ruleOf(draft: RuleDraft): RuleInput {
  const { severity, notify, contactIds, enabled, target } = draft;
  const common = { name: draft.name.trim(), severity, notify, contactIds, enabled };
  const scope: RuleScope = {
    ...(draft.cluster.trim() === '' ? {} : { cluster: draft.cluster.trim() }),
    ...(draft.host.trim() === '' ? {} : { host: draft.host.trim() }),
    ...(target.hostIds.length === 0 ? {} : { hostIds: target.hostIds }),
    ...(target.groupIds.length === 0 ? {} : { groupIds: target.groupIds }),
  };
  switch (draft.kind) {
    case 'metric': {
      const { operator, threshold, forSec, clearForSec, clearThreshold } = draft;
      return {
        ...common,
        kind: 'metric',
        spec: {
          metric: draft.metric.trim(),
          operator,
          threshold,
          forSec,
          clearForSec,
          ...(clearThreshold === null ? {} : { clearThreshold }),
          ...(draft.unit.trim() === '' ? {} : { unit: draft.unit.trim() }),
          scope,
        },
      };
    }
    case 'check':
      return {
        ...common,
        kind: 'check',
        spec: { ...(draft.check.trim() === '' ? {} : { check: draft.check.trim() }), states: draft.states, scope },
      };
    case 'host_down':
      return { ...common, kind: 'host_down', spec: { scope } };
    default:
      return draft.kind satisfies never;
  }
}
