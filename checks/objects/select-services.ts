// Which services a service group, dependency or escalation means: by host or host group and
// description, by service group, with `*`, `!` and expressions. Source: spec §7.3, [src].

import { readNames } from './directive-value.ts';
import type { PlacedService, PlacedServices } from './multiply-services.ts';
import type { GroupMembers } from './resolve-groups.ts';
import type { EffectiveObject } from './resolve-templates.ts';
import { headFirst, tellUnknown, textOf, type SiteContext } from './site-context.ts';

interface ServiceSelection {
  /** Each once, in the order in which Nagios finds them. */
  services: PlacedService[];
  rejected: Set<PlacedService>;
  /** `host/description` that is not there. */
  unknown: string[];
}

/** Services of one host (name or expression) by a list of descriptions. */
export function selectOnHost(
  context: SiteContext,
  placed: PlacedServices,
  hostName: string,
  descriptions: string,
): ServiceSelection {
  const services = new Set<PlacedService>();
  const rejected = new Set<PlacedService>();
  const unknown: string[] = [];
  const hostMatcher = context.expander.expression(hostName);
  const candidates = hostMatcher === undefined ? placed.onHost(hostName) : placed.all;
  for (const word of readNames(descriptions)) {
    const isRejection = word.startsWith('!');
    const description = isRejection ? word.slice(1).trim() : word;
    const matcher = description === '*' ? () => true : context.expander.expression(description);
    const into = isRejection ? rejected : services;
    if (matcher === undefined && hostMatcher === undefined) {
      const service = placed.find(hostName, description);
      if (service !== undefined) into.add(service);
      else if (!isRejection) unknown.push(`${hostName}/${description}`);
      continue;
    }
    const found = candidates.filter(
      (service) =>
        (hostMatcher?.(service.hostName) ?? true) &&
        (matcher?.(service.description) ?? service.description === description),
    );
    for (const service of found) into.add(service);
    if (found.length === 0 && !isRejection && description !== '*') unknown.push(`${hostName}/${description}`);
  }
  return { services: [...services], rejected, unknown };
}

export interface SelectionDirectives {
  hosts: string;
  hostGroups: string;
  serviceGroups: string;
  descriptions: string;
}

/** Names of the directives of a master, or of a service that is escalated. */
export const MASTER: SelectionDirectives = {
  hosts: 'host_name',
  hostGroups: 'hostgroup_name',
  serviceGroups: 'servicegroup_name',
  descriptions: 'service_description',
};
export const DEPENDENT: SelectionDirectives = {
  hosts: 'dependent_host_name',
  hostGroups: 'dependent_hostgroup_name',
  serviceGroups: 'dependent_servicegroup_name',
  descriptions: 'dependent_service_description',
};

export interface SelectionSources {
  placed: PlacedServices;
  hostGroups: GroupMembers<string>;
  serviceGroups: GroupMembers<PlacedService>;
}

/** Hosts of `host_name` and `hostgroup_name`, without those excluded by either. */
export function selectHosts(
  context: SiteContext,
  hostGroups: GroupMembers<string>,
  effective: EffectiveObject,
  directives: Pick<SelectionDirectives, 'hosts' | 'hostGroups'>,
): string[] {
  const hosts = context.expander.expand(textOf(effective, directives.hosts) ?? '', context.hosts);
  const groups = context.expander.expand(textOf(effective, directives.hostGroups) ?? '', context.hostGroups);
  tellUnknown(context, effective, directives.hosts, hosts.unknown);
  tellUnknown(context, effective, directives.hostGroups, groups.unknown);
  const rejected = new Set([...hosts.rejected, ...groups.rejected.flatMap((group) => hostGroups.get(group) ?? [])]);
  const ofGroups = headFirst(groups.accepted).flatMap((group) => headFirst(hostGroups.get(group) ?? []));
  return [...new Set([...headFirst(hosts.accepted), ...ofGroups])].filter((host) => !rejected.has(host));
}

/** Everything that the four directives name together. */
export function selectServices(
  context: SiteContext,
  sources: SelectionSources,
  effective: EffectiveObject,
  directives: SelectionDirectives,
): PlacedService[] {
  const selected = new Set<PlacedService>();
  const rejected = new Set<PlacedService>();
  const groups = context.expander.expand(textOf(effective, directives.serviceGroups) ?? '', context.serviceGroups);
  tellUnknown(context, effective, directives.serviceGroups, groups.unknown);
  for (const group of groups.rejected) for (const each of sources.serviceGroups.get(group) ?? []) rejected.add(each);
  for (const group of groups.accepted) for (const each of sources.serviceGroups.get(group) ?? []) selected.add(each);

  const descriptions = textOf(effective, directives.descriptions);
  const unknown: string[] = [];
  if (descriptions !== undefined) {
    for (const host of selectHosts(context, sources.hostGroups, effective, directives)) {
      const found = selectOnHost(context, sources.placed, host, descriptions);
      for (const service of found.services) selected.add(service);
      for (const service of found.rejected) rejected.add(service);
      unknown.push(...found.unknown);
    }
  }
  tellUnknown(context, effective, directives.descriptions, unknown);
  return [...selected].filter((service) => !rejected.has(service));
}
