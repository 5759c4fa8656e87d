// Host groups and contact groups: whom they name, who joins them, which groups they hold.
// Service groups need the services first: service-groups.ts.

import { describeLoop, findLoops } from './find-loops.ts';
import { gatherMembers, type GroupSource, type Joining } from './group-members.ts';
import { lineOf } from './object-problems.ts';
import type { EffectiveObject } from './resolve-templates.ts';
import { knownNames, tellUnknown, textOf, type ObjectIndex, type SiteContext } from './site-context.ts';
import type { NamePool } from './name-list.ts';

/** Members of each group, in the order in which they were added. */
export type GroupMembers<Member> = ReadonlyMap<string, readonly Member[]>;

export const resolveHostGroups = (context: SiteContext): GroupMembers<string> =>
  resolveNamedGroups(context, context.hostGroups, context.hosts, {
    inside: 'hostgroup_members',
    joins: 'hostgroups',
  });

export const resolveContactGroups = (context: SiteContext): GroupMembers<string> =>
  resolveNamedGroups(context, context.contactGroups, context.contacts, {
    inside: 'contactgroup_members',
    joins: 'contactgroups',
  });

function resolveNamedGroups(
  context: SiteContext,
  groups: ObjectIndex,
  members: ObjectIndex,
  directives: { inside: string; joins: string },
): GroupMembers<string> {
  const inside = groupsInside(context, groups, directives.inside);
  const sources: GroupSource<string>[] = groups.all.map((group) => {
    const name = nameOf(group);
    const { accepted, rejected, unknown } = context.expander.expand(textOf(group, 'members') ?? '', members);
    tellUnknown(context, group, 'members', unknown);
    return { name, named: accepted, rejected, inside: inside.get(name) ?? [] };
  });
  const joining: Joining<string>[] = members.all.map((member) => ({
    member: nameOf(member),
    groups: joinedGroups(context, member, directives.joins, groups),
  }));
  return gatherMembers(sources, joining);
}

export const nameOf = (effective: EffectiveObject): string => textOf(effective, `${effective.object.type}_name`) ?? '';

/** Groups that a member names itself: `a,b,!b` is `a`. */
export function joinedGroups(
  context: SiteContext,
  member: EffectiveObject,
  directive: string,
  groups: NamePool,
): string[] {
  const text = textOf(member, directive);
  if (text === undefined) return [];
  const { accepted, rejected, unknown } = context.expander.expand(text, groups);
  tellUnknown(context, member, directive, unknown);
  return accepted.filter((name) => !rejected.includes(name));
}

/** Groups inside each group. Of groups that hold each other, none keeps the others. */
export function groupsInside(context: SiteContext, groups: ObjectIndex, directive: string): Map<string, string[]> {
  const inside = new Map(groups.all.map((group) => [nameOf(group), knownNames(context, group, directive, groups)]));
  for (const loop of findLoops(inside)) {
    for (const name of loop.component) {
      const kept = inside.get(name)?.filter((inner) => !loop.component.has(inner)) ?? [];
      inside.set(name, kept);
      const group = groups.get(name)?.object;
      if (group === undefined) continue;
      const message = `Groups hold each other in a loop: ${describeLoop(loop)}. '${name}' keeps only its other members.`;
      context.problems.tell(group, 'value left out', message, lineOf(group, directive));
    }
  }
  return inside;
}
