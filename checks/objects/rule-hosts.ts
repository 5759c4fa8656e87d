// The hosts that rules are put to: those of objects and those of the inventory, each with
// all that is known of it from both.

import type { MatchedHost } from './host-matcher.ts';
import { nameOf, type GroupMembers } from './resolve-groups.ts';
import type { EffectiveObject } from './resolve-templates.ts';
import type { SiteContext } from './site-context.ts';

export function matchedHosts(
  context: SiteContext,
  hostGroups: GroupMembers<string>,
  inventory: readonly MatchedHost[],
): MatchedHost[] {
  const groupsOf = new Map<string, string[]>();
  for (const [group, members] of hostGroups) {
    for (const member of members) {
      const groups = groupsOf.get(member);
      if (groups === undefined) groupsOf.set(member, [group]);
      else groups.push(group);
    }
  }
  const fromObjects = context.hosts.all.map((effective): MatchedHost => {
    const name = nameOf(effective);
    const known = context.inventory.get(name);
    return {
      name,
      ...(known?.cluster !== undefined && { cluster: known.cluster }),
      groups: [...new Set([...(groupsOf.get(name) ?? []), ...(known?.groups ?? [])])],
      vars: { ...known?.vars, ...customVariables(effective) },
      facts: known?.facts ?? {},
    };
  });
  const onlyInventory = inventory
    .filter(({ name }) => context.hosts.get(name) === undefined)
    .map((host) => ({ ...host, groups: [...new Set([...host.groups, ...(groupsOf.get(host.name) ?? [])])] }));
  return [...fromObjects, ...onlyInventory];
}

/** `_SITE` of the object is the variable SITE. */
const customVariables = ({ values }: EffectiveObject): Record<string, string> =>
  Object.fromEntries(
    Array.from(values, ([name, { text }]): [string, string | null] => [name, text])
      .filter(([name]) => name.startsWith('_'))
      .map(([name, text]) => [name.slice(1), text ?? '']),
  );
