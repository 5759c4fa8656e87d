// Settings of checks are judged by their kind before they are stored: those that are new or
// changed, each kind and settings once.

import { setImmediate as turn } from 'node:timers/promises';
import type { CheckKind } from '../kinds/check-kind.ts';
import type { StoredObject } from './object-body.ts';
import type { SetProblem } from './resolve-sets.ts';
import type { Plan } from './plan.ts';
import type { WantedCheck } from './wanted-rows.ts';

/** So many between two looks at what else there is to do. */
const SLICE = 200;

/** Checks with problems are taken out of the plan, and told. */
export async function refuseBadSpecs(plan: Plan, kinds: ReadonlyMap<string, CheckKind>): Promise<SetProblem[]> {
  const judged = new Map<string, string[]>();
  const problems: SetProblem[] = [];
  let count = 0;
  const isGood = async (check: WantedCheck): Promise<boolean> => {
    const key = JSON.stringify([check.kind, check.spec]);
    let found = judged.get(key);
    if (found === undefined) {
      found = judge(kinds, check);
      judged.set(key, found);
      if (++count % SLICE === 0) await turn();
    }
    problems.push(...found.map((message) => toProblem(check, message)));
    return found.length === 0;
  };
  const create: typeof plan.checks.create = [];
  for (const check of plan.checks.create) if (await isGood(check)) create.push(check);
  const update: typeof plan.checks.update = [];
  for (const check of plan.checks.update) if (check.isMoved || (await isGood(check))) update.push(check);
  plan.checks.create = create;
  plan.checks.update = update;
  return problems;
}

/** Of documents, whether or not they are on any host by now. */
export function objectSpecProblems(
  owner: string,
  objects: readonly StoredObject[],
  kinds: ReadonlyMap<string, CheckKind>,
): SetProblem[] {
  return objects.flatMap(({ type, name, body: { ownCheck }, source: { file, line } }) => {
    if (ownCheck === undefined) return [];
    const place = { hostName: name, name, owner, object: type === 'host' ? type : ('service' as const) };
    const found = judge(kinds, { kind: ownCheck.kind, spec: ownCheck.settings });
    return found.map((message) => toProblem({ ...place, definedAt: { file, line } }, message));
  });
}

function judge(kinds: ReadonlyMap<string, CheckKind>, { kind, spec }: Pick<WantedCheck, 'kind' | 'spec'>): string[] {
  const prepared = kinds.get(kind)?.prepare(spec);
  if (!prepared)
    return [`check.kind: ${JSON.stringify(kind)} is no kind of check; accepted: ${[...kinds.keys()].join(', ')}.`];
  if (prepared.ok) return [];
  return prepared.problems.map(({ path, message }) => `check.settings${path.replaceAll('/', '.')}: ${message}.`);
}

type Told = Pick<WantedCheck, 'owner' | 'definedAt' | 'object' | 'name' | 'hostName'>;

function toProblem({ owner, definedAt, object, name, hostName }: Told, message: string): SetProblem {
  const { file, line } = definedAt;
  const what = object === 'host' ? `Host '${hostName}'` : `Service '${name}'`;
  return {
    ...{ owner, file, line, objectLine: line, severity: 'error', effect: 'object skipped' },
    message: `${what}: ${message}`,
  };
}
