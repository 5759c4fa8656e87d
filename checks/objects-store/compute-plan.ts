// From sets, inventory and present rows to a plan, its problems and the report of the set
// that is applied. Pure and JSON-safe: it can run in another thread.

import type { RuleHost } from '#inventory/api.ts';
import type { ConfigProblem } from '#wire/nagios-config.ts';
import { reportImport, type ImportReport } from '../objects/import-report.ts';
import type { FeatureNote } from '../objects/nagios-features.ts';
import type { ObjectProblem } from '../objects/object-problems.ts';
import { planRows, type CurrentRows, type Plan } from './plan.ts';
import { resolveSets, type ObjectSet, type ResolvedSets, type SetProblem } from './resolve-sets.ts';
import { wantedRows, type WantedCheck } from './wanted-rows.ts';

export interface PlanInput {
  /** The one that is applied last. */
  sets: ObjectSet[];
  hosts: RuleHost[];
  current: CurrentRows;
  /** What is to be reported of, and what its files gave. */
  applied?: {
    name: string;
    fileProblems: ConfigProblem[];
    objectProblems: ObjectProblem[];
    features: FeatureNote[];
    settings: FeatureNote[];
  };
}

export interface ComputedPlan {
  plan: Plan;
  /** Of objects, of all sets; what the files of the applied set gave is in the report only. */
  problems: SetProblem[];
  report?: ImportReport;
}

export function computePlan({ sets, hosts, current, applied }: PlanInput): ComputedPlan {
  const resolved = resolveSets(sets, hosts);
  const plan = planRows(wantedRows(sets, resolved), current, resolved.hosts);
  const problems = [
    ...resolved.problems,
    ...plan.blocked.map(blockedProblem),
    ...plan.hosts.join.flatMap((join) => retiredProblem(join, resolved)),
  ];
  return { plan, problems, ...(applied && { report: reportOf(applied, resolved, problems) }) };
}

function reportOf(
  applied: NonNullable<PlanInput['applied']>,
  { objects, compiled, labels }: ResolvedSets,
  problems: readonly SetProblem[],
): ImportReport {
  const { name, fileProblems, objectProblems, features, settings } = applied;
  const site = compiled.get(name);
  if (site === undefined) throw new Error(`set ${name} was not compiled`);
  return reportImport({
    objects: (objects.get(name) ?? []).map((object) => ({
      ...object,
      file: labels.fileOf(object.file)?.file ?? object.file,
    })),
    compiled: site,
    fileProblems,
    objectProblems: [...objectProblems, ...problems.filter(({ owner }) => owner === name)],
    features,
    settings,
  });
}

function blockedProblem({ owner, definedAt, object, name, hostName }: WantedCheck): SetProblem {
  const what = object === 'host' ? 'a check of the host itself' : `a check '${name}'`;
  return {
    owner,
    ...{ file: definedAt.file, line: definedAt.line, objectLine: definedAt.line },
    ...{ severity: 'error', effect: 'object skipped' },
    message: `Host '${hostName}' has ${what} that no document made. Delete or rename that one, or leave this one out.`,
  };
}

/** At the place of its object. */
function retiredProblem(
  { name, owner, isRetired }: Plan['hosts']['join'][number],
  { resolved, labels }: ResolvedSets,
): SetProblem[] {
  const place = isRetired ? resolved.hosts.find((host) => host.name === name)?.definedAt : undefined;
  if (place === undefined) return [];
  const { file, line } = { ...place, ...labels.fileOf(place.file) };
  const message = `Host '${name}' is retired in the inventory: its checks do not run until somebody brings it back.`;
  return [{ owner, file, line, objectLine: line, severity: 'warning', effect: 'none', message }];
}
