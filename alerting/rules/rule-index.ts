// The metric rules, arranged for the hot path: by metric name, membership resolved.

import { matchesNames, hasMembers } from './rule-scope.ts';
import type { RuleOf } from './rule.ts';

export interface CompiledRule {
  rule: RuleOf<'metric'>;
  includes(host: { cluster: string; host: string; hostKey: string }): boolean;
}

export type RuleIndex = ReadonlyMap<string, readonly CompiledRule[]>;

/** `membersOf` holds "cluster/hostKey" of the members of each rule whose scope names hosts or groups. */
export function compileRules(
  rules: readonly RuleOf<'metric'>[],
  membersOf: ReadonlyMap<string, ReadonlySet<string>>,
): RuleIndex {
  const index = new Map<string, CompiledRule[]>();
  for (const rule of rules) {
    const { scope, metric } = rule.spec;
    const members = hasMembers(scope) ? (membersOf.get(rule.id) ?? new Set<string>()) : undefined;
    const compiled: CompiledRule = {
      rule,
      includes: (host) =>
        matchesNames(scope, host) && (members === undefined || members.has(`${host.cluster}/${host.hostKey}`)),
    };
    const sameMetric = index.get(metric);
    if (sameMetric) sameMetric.push(compiled);
    else index.set(metric, [compiled]);
  }
  return index;
}
