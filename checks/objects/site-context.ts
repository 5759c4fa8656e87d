// What resolving works on: objects by name, the settings that steer it, and the list of
// problems. Shared by the steps of resolve-site.ts.

import { readNames } from './directive-value.ts';
import type { MatchedHost } from './host-matcher.ts';
import { describeObject, type ObjectType } from './monitoring-object.ts';
import type { NameExpander, NamePool } from './name-list.ts';
import { lineOf, type ProblemList } from './object-problems.ts';
import type { EffectiveObject } from './resolve-templates.ts';

/** Registered objects of one type by name, in the order of their definition. */
export interface ObjectIndex extends NamePool {
  get(name: string): EffectiveObject | undefined;
  readonly all: readonly EffectiveObject[];
}

export interface SiteContext {
  problems: ProblemList;
  expander: NameExpander;
  /** `allow_empty_hostgroup_assignment`: a service on no host is no mistake. */
  allowsEmptyGroups: boolean;
  hosts: ObjectIndex;
  /** Hosts that only the inventory knows: found by name and by rules, never by `*`. */
  inventory: ReadonlyMap<string, MatchedHost>;
  hostGroups: ObjectIndex;
  serviceGroups: ObjectIndex;
  contacts: ObjectIndex;
  contactGroups: ObjectIndex;
  commands: ObjectIndex;
  timePeriods: ObjectIndex;
}

/** The second definition of a name is left out. */
export function indexObjects(
  type: ObjectType,
  objects: readonly EffectiveObject[],
  problems: ProblemList,
  alsoKnown: (name: string) => boolean = () => false,
): ObjectIndex {
  const byName = new Map<string, EffectiveObject>();
  for (const effective of objects) {
    const { object, values } = effective;
    if (object.type !== type || !object.isRegistered) continue;
    const name = values.get(`${type}_name`)?.text ?? '';
    const first = byName.get(name);
    if (name === '') problems.tell(object, 'object skipped', `This ${type} has no ${type}_name.`);
    else if (first === undefined) byName.set(name, effective);
    else {
      const where = `${first.object.file}:${first.object.line}`;
      problems.tell(
        object,
        'object skipped',
        `Duplicate definition found for ${type} '${name}'; the one of ${where} is kept.`,
      );
    }
  }
  const names = [...byName.keys()];
  return {
    names,
    all: [...byName.values()],
    has: (name) => byName.has(name) || alsoKnown(name),
    get: (name) => byName.get(name),
  };
}

export const textOf = ({ values }: EffectiveObject, directive: string): string | undefined =>
  values.get(directive)?.text ?? undefined;

/** Names of a list that exist, in the order written and each once. The others are told. */
export function knownNames(
  context: SiteContext,
  effective: EffectiveObject,
  directive: string,
  index: NamePool,
): string[] {
  const names = new Set(readNames(textOf(effective, directive) ?? ''));
  const known = [...names].filter((name) => index.has(name));
  tellUnknown(
    context,
    effective,
    directive,
    [...names].filter((name) => !index.has(name)),
  );
  return known;
}

const SHOWN = 5;

/** One problem for all the names of a directive that are not there. */
export function tellUnknown(
  { problems }: SiteContext,
  { object }: EffectiveObject,
  directive: string,
  unknown: readonly string[],
): void {
  if (unknown.length === 0) return;
  const shown = unknown.slice(0, SHOWN).map((name) => `'${name}'`);
  const more = unknown.length > SHOWN ? ` and ${unknown.length - SHOWN} more` : '';
  const message = `${describeObject(object)}: ${directive} names ${shown.join(', ')}${more}, not defined anywhere; left out.`;
  problems.tell(object, 'value left out', message, lineOf(object, directive));
}

/** As Nagios lists what it adds at the head of a list. */
export const headFirst = <Value>(added: readonly Value[]): Value[] => added.toReversed();

export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
