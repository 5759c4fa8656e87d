// Dependencies as pairs: every master × every dependent, one entry for execution and one
// for notification. Source: spec §3.6, §7.3, [src].

import { findDirective } from './directive-table.ts';
import { readFlag, readOptions } from './directive-value.ts';
import { describeLoop, findLoops, type Loop } from './find-loops.ts';
import { describeObject, type ObjectType } from './monitoring-object.ts';
import type { PlacedService } from './multiply-services.ts';
import type { EffectiveObject } from './resolve-templates.ts';
import type { ResolvedDependency } from './resolved-site.ts';
import {
  DEPENDENT,
  MASTER,
  selectHosts,
  selectOnHost,
  selectServices,
  type SelectionSources,
} from './select-services.ts';
import { compareText, knownNames, tellUnknown, textOf, type SiteContext } from './site-context.ts';

type End = ResolvedDependency['master'];
type Purpose = ResolvedDependency['purpose'];

/** Every master with every dependent of a large site would be more than any memory holds. */
const MOST_ENTRIES = 200_000;

/** Loops are refused: their entries are left out, the rest stays. */
export function resolveDependencies(
  context: SiteContext,
  sources: SelectionSources,
  objects: readonly EffectiveObject[],
): ResolvedDependency[] {
  const entries = new Map<string, ResolvedDependency>();
  for (const effective of objects) {
    const pairs =
      effective.object.type === 'hostdependency'
        ? hostPairs(context, sources, effective)
        : servicePairs(context, sources, effective);
    if (pairs.length === 0) {
      context.problems.tell(
        effective.object,
        'object skipped',
        `${describeObject(effective.object)} joins nothing: a master or a dependent is missing.`,
      );
    }
    if (entries.size + pairs.length > MOST_ENTRIES) {
      const what = `would make ${pairs.length} dependencies; all together at most ${MOST_ENTRIES} are kept`;
      context.problems.tell(effective.object, 'object skipped', `${describeObject(effective.object)} ${what}.`);
      continue;
    }
    for (const entry of entriesOf(context, effective, pairs)) {
      // The same entry twice, from two definitions, says nothing more; Nagios sees that only of those without a period.
      const { definedAt, ...said } = entry;
      const key = JSON.stringify(entry.period === undefined ? said : { ...said, definedAt });
      if (!entries.has(key)) entries.set(key, entry);
    }
  }
  const all = [...entries.values()];
  return all.filter(withoutLoops(context, all)).toSorted((a, b) => compareText(sortKey(a), sortKey(b)));
}

function hostPairs(context: SiteContext, { hostGroups }: SelectionSources, effective: EffectiveObject): [End, End][] {
  const masters = selectHosts(context, hostGroups, effective, MASTER);
  const dependents = selectHosts(context, hostGroups, effective, DEPENDENT);
  return masters.flatMap((master) =>
    dependents.map((dependent): [End, End] => [{ hostName: master }, { hostName: dependent }]),
  );
}

const says = (effective: EffectiveObject, ...directives: string[]): boolean =>
  directives.some((directive) => textOf(effective, directive) !== undefined);

/** Where one end names no host, it is on the host of the other. */
function servicePairs(context: SiteContext, sources: SelectionSources, effective: EffectiveObject): [End, End][] {
  const masterHasHosts = says(effective, MASTER.hosts, MASTER.hostGroups, MASTER.serviceGroups);
  const dependentHasHosts = says(effective, DEPENDENT.hosts, DEPENDENT.hostGroups, DEPENDENT.serviceGroups);
  if (!masterHasHosts && !dependentHasHosts) return [];
  if (masterHasHosts && dependentHasHosts) {
    const dependents = selectServices(context, sources, effective, DEPENDENT);
    return selectServices(context, sources, effective, MASTER).flatMap((master) =>
      dependents.map((dependent): [End, End] => [endOf(master), endOf(dependent)]),
    );
  }
  const [known, other] = masterHasHosts ? [MASTER, DEPENDENT] : [DEPENDENT, MASTER];
  const descriptions = textOf(effective, other.descriptions) ?? '';
  return selectServices(context, sources, effective, known).flatMap((service) => {
    const found = selectOnHost(context, sources.placed, service.hostName, descriptions);
    tellUnknown(context, effective, other.descriptions, found.unknown);
    return found.services
      .filter((each) => !found.rejected.has(each))
      .map((each): [End, End] => (masterHasHosts ? [endOf(service), endOf(each)] : [endOf(each), endOf(service)]));
  });
}

const endOf = ({ hostName, description }: PlacedService): End => ({ hostName, description });

function entriesOf(context: SiteContext, effective: EffectiveObject, pairs: [End, End][]): ResolvedDependency[] {
  const { object } = effective;
  const purposes = (['execution', 'notification'] as const).flatMap((purpose) => {
    const states = failureStates(effective, purpose);
    return states === undefined ? [] : [{ purpose, states }];
  });
  if (purposes.length === 0) {
    const what = 'says neither execution_failure_criteria nor notification_failure_criteria, and so does nothing';
    context.problems.tell(object, 'object skipped', `${describeObject(object)} ${what}.`);
  }
  const [period] = knownNames(context, effective, 'dependency_period', context.timePeriods);
  const inheritsParent = readFlag(textOf(effective, 'inherits_parent') ?? '0');
  const definedAt = { file: object.file, line: object.line };
  return pairs.flatMap(([master, dependent]) =>
    purposes.map((said) => ({
      definedAt,
      master,
      dependent,
      ...said,
      ...(period !== undefined && { period }),
      inheritsParent,
    })),
  );
}

function failureStates(effective: EffectiveObject, purpose: Purpose): ResolvedDependency['states'] | undefined {
  const directive = `${purpose}_failure_criteria`;
  const text = textOf(effective, directive);
  const letters = findDirective(effective.object.type, directive)?.letters ?? '';
  const read = text === undefined ? undefined : readOptions(text, letters);
  if (read === undefined || (typeof read === 'object' && 'accepted' in read)) return undefined;
  // `n` takes the criteria back altogether; only the execution of hosts keeps an entry that does nothing.
  const saysNone = /(?:^|[, ])(?:n|none)(?:[, ]|$)/.test(text ?? '');
  const keeps = purpose === 'execution' && effective.object.type === 'hostdependency';
  return saysNone && !keeps ? undefined : read;
}

const nameOfEnd = ({ hostName, description }: End): string =>
  description === undefined ? hostName : `${hostName}/${description}`;

/** Nagios looks at each kind and purpose by itself, and so does this. */
function withoutLoops(
  context: SiteContext,
  all: readonly ResolvedDependency[],
): (entry: ResolvedDependency) => boolean {
  const loops = new Map<string, Loop[]>();
  const kindOf = ({ master, purpose }: ResolvedDependency): string =>
    `${master.description === undefined ? ('hostdependency' satisfies ObjectType) : 'servicedependency'} ${purpose}`;
  for (const [kind, entries] of Map.groupBy(all, kindOf)) {
    const edges = new Map<string, string[]>();
    for (const { master, dependent } of entries) {
      const masters = edges.get(nameOfEnd(dependent));
      if (masters === undefined) edges.set(nameOfEnd(dependent), [nameOfEnd(master)]);
      else masters.push(nameOfEnd(master));
    }
    loops.set(kind, findLoops(edges));
  }
  const told = new Set<Loop>();
  return (entry) => {
    const [dependent, master] = [nameOfEnd(entry.dependent), nameOfEnd(entry.master)];
    const loop = loops.get(kindOf(entry))?.find(({ component }) => component.has(dependent) && component.has(master));
    if (loop === undefined) return true;
    if (!told.has(loop)) {
      told.add(loop);
      const message = `Dependencies for ${entry.purpose} lead back to themselves: ${describeLoop(loop)}. They are left out.`;
      context.problems.tell(entry.definedAt, 'value left out', message);
    }
    return false;
  };
}

const sortKey = ({ master, dependent, purpose }: ResolvedDependency): string =>
  [master.hostName, master.description ?? '', dependent.hostName, dependent.description ?? '', purpose].join('\u0000');
