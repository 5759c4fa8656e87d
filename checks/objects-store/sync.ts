// Applies sets of objects: all sets are resolved together with the inventory, and only what
// changed is written, in one transaction. A preview is the same without the writing.

import type { Clock } from '#kernel/clock.ts';
import { SYSTEM, type Actor } from '#kernel/domain/actor.ts';
import { badRequest, conflict, notFound } from '#kernel/errors.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { appendEvents } from '#store/event-log.ts';
import { transaction, type Db, type Trx } from '#store/postgres.ts';
import type { Sealer } from '#store/sealed.ts';
import type { CheckKind } from '../kinds/check-kind.ts';
import type { ImportReport } from '../objects/import-report.ts';
import { OWN_SITE_SETTINGS } from '../objects/site-settings.ts';
import type { SetOutcome, SetProblemLine } from '../objects-api.ts';
import { compareObjects } from './compare-objects.ts';
import type { ComputedPlan, PlanInput } from './compute-plan.ts';
import { describeChanges } from './describe-changes.ts';
import { loadCurrentRows, loadSets, lockObjects, problemKey, type LoadedSet } from './load-sets.ts';
import type { StoredObject } from './object-body.ts';
import { isEmptyPlan } from './plan.ts';
import type { ReadSet } from './read-set.ts';
import type { ObjectSet, SetProblem } from './resolve-sets.ts';
import { compareResources, writeResources, type ResourceChanges } from './resources.ts';
import { objectSpecProblems, refuseBadSpecs } from './spec-problems.ts';
import { removeStoredSet, storeObjects, storeProblems, storeSet } from './store-set.ts';
import { writePlan, type WriteDeps } from './write-plan.ts';

export interface SyncDeps extends WriteDeps {
  db: Db;
  clock: Clock;
  sealer: Sealer;
  kinds: ReadonlyMap<string, CheckKind>;
  /** Where the thinking is done: another thread, or this one. */
  computePlan(input: PlanInput): Promise<ComputedPlan>;
}

export interface SetChange {
  name: string;
  /** How the set looks afterwards, seen from how it looks now; undefined removes it. */
  after: ((before: LoadedSet | undefined) => NewSet | undefined) | undefined;
  acceptRest: boolean;
  /** What the set was taken with before stands in the way of nobody: one object of it is changed. */
  acceptsKnown?: boolean;
}

export interface NewSet extends Omit<ReadSet, 'resources' | 'mainFile'> {
  cluster: string;
  /** Undefined: they stay as they are. */
  resources?: ReadonlyMap<string, string>;
  mainFile?: string;
}

const NO_RESOURCES: ResourceChanges = { put: [], remove: [], refused: [] };
const DEFAULT_CLUSTER = 'default';

export function createSync(deps: SyncDeps) {
  const { db, clock, sealer } = deps;

  async function change(actor: Actor, wanted: SetChange, isPreview: boolean): Promise<SetOutcome> {
    return transaction(db, async (trx) => {
      if (!isPreview) await lockObjects(trx);
      const work = await think(trx, wanted);
      const { outcome, plan, set, problems, readProblems } = work;
      if (isPreview || (outcome.isRefusable && !wanted.acceptRest))
        return { ...outcome, outcome: isPreview ? ('preview' as const) : ('refused' as const) };
      const nowMs = clock.nowMs();
      if (set) {
        await storeSet(trx, set, { readProblems, label: actor.label, nowMs });
        await storeObjects(trx, set.name, set.objects, work.objects, nowMs);
      }
      await writeResources(trx, sealer, wanted.name, work.resources);
      await writePlan(deps, trx, plan, { actor, nowMs });
      if (!set) await removeStoredSet(trx, wanted.name);
      await storeProblems(trx, problems);
      await record(trx, actor, wanted.name, outcome, nowMs);
      return { ...outcome, outcome: 'applied' as const };
    });
  }

  /** Everything but the writing. */
  async function think(trx: Trx, wanted: SetChange) {
    const stored = await loadSets(trx);
    const before = stored.find(({ name }) => name === wanted.name);
    const given = wanted.after?.(before);
    if (before === undefined && given === undefined) throw notFound('set of objects', wanted.name);
    if (given && before && before.kind !== given.kind)
      throw conflict(
        'other_kind',
        `The set ${JSON.stringify(wanted.name)} is ${before.kind === 'yaml' ? 'of YAML documents' : 'a Nagios configuration'}. Choose another name, or remove that set first.`,
      );
    const set = given && toObjectSet(wanted.name, given);
    const others = stored.filter(({ name }) => name !== wanted.name);
    const computed = await computeFor(trx, set ? [...others, set] : others, given && { name: wanted.name, given });
    const resources =
      given !== undefined && given.resources === undefined
        ? NO_RESOURCES
        : await compareResources(trx, sealer, wanted.name, given?.resources ?? new Map());
    const readProblems = [...(given?.fileProblems ?? []), ...(given?.objectProblems ?? [])].map(
      ({ file, line, severity, message }) => ({ owner: wanted.name, file, line, severity, message }),
    );
    const problems = eachOnce([
      ...computed.problems,
      ...refusedResources(resources, wanted.name, given?.mainFile ?? ''),
      ...objectSpecProblems(wanted.name, set?.objects ?? [], deps.kinds),
    ]);
    const objects = compareObjects(before?.objects ?? [], set?.objects ?? []);
    const definedHosts = new Set([...others, ...(set ? [set] : [])].flatMap((each) => hostNamesOf(each.objects)));
    const newOnes = newProblems(problems, others);
    const report = withProblems(computed.report ?? EMPTY_REPORT, problems, wanted.name);
    const isOurError = (problem: SetProblemLine): boolean =>
      problem.owner === wanted.name &&
      problem.severity === 'error' &&
      !(wanted.acceptsKnown && before?.accepted.has(problemKey(problem)));
    const outcome: SetOutcome = {
      name: wanted.name,
      kind: given?.kind ?? before?.kind ?? 'yaml',
      outcome: 'preview',
      isRefusable:
        [...readProblems, ...problems].some(isOurError) || newOnes.some(({ severity }) => severity === 'error'),
      report,
      changes: await describeChanges(trx, { plan: computed.plan, objects, resources, definedHosts, kinds: deps.kinds }),
      others: newOnes.map(toLine),
    };
    const told = Map.groupBy(problems.map(toLine), ({ owner }) => owner);
    return { outcome, plan: computed.plan, set, objects, resources, readProblems, problems: told };
  }

  async function computeFor(
    trx: Trx,
    sets: ObjectSet[],
    applied?: { name: string; given: NewSet },
  ): Promise<ComputedPlan> {
    const computed = await deps.computePlan({
      sets,
      hosts: await deps.inventory.objects.listRuleHosts(trx),
      current: await loadCurrentRows(trx),
      ...(applied && {
        applied: {
          name: applied.name,
          fileProblems: applied.given.fileProblems,
          objectProblems: applied.given.objectProblems,
          features: applied.given.features,
          settings: applied.given.settingNotes,
        },
      }),
    });
    return { ...computed, problems: [...computed.problems, ...(await refuseBadSpecs(computed.plan, deps.kinds))] };
  }

  /** Counts only: what the documents say may be confidential. */
  async function record(trx: Trx, actor: Actor, name: string, outcome: SetOutcome, nowMs: number): Promise<void> {
    const { objects, hosts, checks } = outcome.changes;
    const { created, changed, deleted } = checks.counts;
    await appendEvents(trx, [
      {
        kind: 'objects.applied',
        atMs: nowMs,
        data: { owner: name, by: actor.label, created, updated: changed, deleted },
      },
    ]);
    await appendAudit(trx, {
      ...{ atMs: nowMs, actor: actor.label, source: actor.source, action: 'objects.apply', result: 'done' },
      object: `object_set:${name}`,
      details: {
        ...{ objects: objects.counts, hosts: hosts.counts, checks: checks.counts },
        ...{ errors: outcome.report.errors, warnings: outcome.report.warnings },
      },
    });
  }

  return {
    apply: (actor: Actor, wanted: SetChange): Promise<SetOutcome> => change(actor, wanted, false),
    preview: (wanted: SetChange): Promise<SetOutcome> => change(SYSTEM, wanted, true),
    /** Puts all rules to the inventory again. Says whether anything changed. */
    async resolveAgain(): Promise<boolean> {
      return transaction(db, async (trx) => {
        await lockObjects(trx);
        const sets = await loadSets(trx);
        if (sets.length === 0) return false;
        const { plan, problems } = await computeFor(trx, sets);
        const nowMs = clock.nowMs();
        const groups = await writePlan(deps, trx, plan, { actor: SYSTEM, nowMs });
        if (isEmptyPlan(plan)) return groups > 0;
        await storeProblems(
          trx,
          Map.groupBy(problems.map(toLine), ({ owner }) => owner),
        );
        const { create, update, delete: gone } = plan.checks;
        const counts = { created: create.length, updated: update.length, deleted: gone.length };
        await appendEvents(trx, [
          { kind: 'objects.applied', atMs: nowMs, data: { owner: 'rules', by: SYSTEM.label, ...counts } },
        ]);
        return true;
      });
    },
  };
}

export type Sync = ReturnType<typeof createSync>;

const SET_NAME = /^[\p{L}\d][\p{L}\d._:/@-]{0,199}$/u;

/** Throws `bad_set_name` (400). */
export function refuseSetName(name: string): void {
  if (!SET_NAME.test(name))
    throw badRequest(
      'bad_set_name',
      `${JSON.stringify(name.slice(0, 100))} is no name of a set; letters, digits and . _ : / @ - are accepted, at most 200.`,
    );
}

export const clusterOf = (before: LoadedSet | undefined, wanted: string | undefined): string =>
  wanted ?? before?.cluster ?? DEFAULT_CLUSTER;

function toObjectSet(name: string, given: NewSet): ObjectSet {
  return {
    name,
    kind: given.kind,
    cluster: given.cluster,
    settings: given.kind === 'yaml' ? OWN_SITE_SETTINGS : given.settings,
    objects: given.objects,
  };
}

/** What stands in a document shows on each of its hosts. */
const eachOnce = (problems: readonly SetProblem[]): SetProblem[] => [
  ...new Map(problems.map((problem) => [`${problem.owner} ${problem.line} ${problemKey(problem)}`, problem])).values(),
];

const hostNamesOf = (objects: readonly StoredObject[]): string[] =>
  objects.filter(({ type, body }) => type === 'host' && body.isRegistered).map(({ name }) => name);

/** Of the other sets: what they did not have when they were applied. */
function newProblems(problems: readonly SetProblem[], others: readonly LoadedSet[]): SetProblem[] {
  const accepted = new Map(others.map((set) => [set.name, set.accepted]));
  return problems.filter((problem) => {
    const known = accepted.get(problem.owner);
    return known !== undefined && problem.severity === 'error' && !known.has(problemKey(problem));
  });
}

const refusedResources = ({ refused }: ResourceChanges, owner: string, file: string): SetProblem[] =>
  refused.map(({ name, owner: other }) => ({
    ...{ owner, file, line: 1, objectLine: 1, severity: 'error', effect: 'value left out' },
    message: `$${name}$ has another value in the set ${JSON.stringify(other)}; that one is kept.`,
  }));

/** Problems that were found after the report was made. */
function withProblems(report: ImportReport, problems: readonly SetProblem[], owner: string): ImportReport {
  const own = problems.filter((problem) => problem.owner === owner);
  const told = new Set([
    ...report.problems.map(problemKey),
    ...report.objects.flatMap(({ file, notes }) => notes.map(({ message }) => problemKey({ file, message }))),
  ]);
  const late = own.filter((problem) => !told.has(problemKey(problem)));
  return {
    ...report,
    problems: [
      ...report.problems,
      ...late.map(({ file, line, severity, message }) => ({ file, line, severity, message })),
    ],
    errors: report.errors + late.filter(({ severity }) => severity === 'error').length,
    warnings: report.warnings + late.filter(({ severity }) => severity === 'warning').length,
  };
}

const EMPTY_REPORT: ImportReport = {
  ...{ definitions: {}, result: {}, objects: [], features: [], settings: [], problems: [], errors: 0, warnings: 0 },
};

const toLine = ({ owner, file, line, severity, message }: SetProblem): SetProblemLine => ({
  ...{ owner, file, line, severity, message },
});
