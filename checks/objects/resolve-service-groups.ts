// Service groups: pairs of host and service, services that join by their own directive,
// groups inside groups.

import { readNames } from './directive-value.ts';
import { gatherMembers, type GroupSource } from './group-members.ts';
import type { PlacedService, PlacedServices } from './multiply-services.ts';
import { groupsInside, joinedGroups, nameOf, type GroupMembers } from './resolve-groups.ts';
import type { EffectiveObject } from './resolve-templates.ts';
import { selectOnHost } from './select-services.ts';
import { tellUnknown, textOf, type SiteContext } from './site-context.ts';

export function resolveServiceGroups(context: SiteContext, placed: PlacedServices): GroupMembers<PlacedService> {
  const inside = groupsInside(context, context.serviceGroups, 'servicegroup_members');
  const sources: GroupSource<PlacedService>[] = context.serviceGroups.all.map((group) => {
    const name = nameOf(group);
    return { name, ...namedMembers(context, group, placed), inside: inside.get(name) ?? [] };
  });
  const groupsOf = new Map<EffectiveObject, string[]>();
  const joining = placed.all.map((service) => {
    let groups = groupsOf.get(service.effective);
    if (groups === undefined) {
      groups = joinedGroups(context, service.effective, 'servicegroups', context.serviceGroups);
      groupsOf.set(service.effective, groups);
    }
    return { member: service, groups };
  });
  // `all` is as Nagios holds it, from the last definition back.
  return gatherMembers(sources, joining.toReversed());
}

/** `host,service,host,service`. */
function namedMembers(
  context: SiteContext,
  group: EffectiveObject,
  placed: PlacedServices,
): { named: PlacedService[]; rejected: PlacedService[] } {
  const words = readNames(textOf(group, 'members') ?? '');
  const named = new Set<PlacedService>();
  const rejected: PlacedService[] = [];
  const unknown: string[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const [host = '', description] = words.slice(at, at + 2);
    if (description === undefined) {
      unknown.push(`${host} without a service`);
      continue;
    }
    const found = selectOnHost(context, placed, host, description);
    for (const service of found.services) named.add(service);
    rejected.push(...found.rejected);
    unknown.push(...found.unknown);
  }
  tellUnknown(context, group, 'members', unknown);
  return { named: [...named], rejected };
}
