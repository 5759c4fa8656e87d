// One definition of a service → a service on each of its hosts: by name, by host group, by
// rule. Which of two definitions wins is decided as Nagios does. Source: spec §7.3, [src].

import { matchesHost, type MatchedHost } from './host-matcher.ts';
import { describeObject } from './monitoring-object.ts';
import type { GroupMembers } from './resolve-groups.ts';
import type { EffectiveObject } from './resolve-templates.ts';
import { headFirst, tellUnknown, textOf, type SiteContext } from './site-context.ts';

/** A service on a host, before its groups and contacts are known. */
export interface PlacedService {
  effective: EffectiveObject;
  hostName: string;
  description: string;
  /** How it came here; the lesser in this order loses against one that was placed by name. */
  by: 'name' | 'group' | 'rule';
}

export interface PlacedServices {
  /** In the order in which Nagios holds them; losers of a duplicate definition included. */
  all: readonly PlacedService[];
  find(hostName: string, description: string): PlacedService | undefined;
  onHost(hostName: string): readonly PlacedService[];
  /** One for each host and description. */
  winners(): Iterable<PlacedService>;
}

const MOST_SERVICES = 500_000;

/** `services`: registered, in the order of their definition. */
export function multiplyServices(
  context: SiteContext,
  services: readonly EffectiveObject[],
  hostGroups: GroupMembers<string>,
  ruleHosts: readonly MatchedHost[],
): PlacedServices {
  const copies: PlacedService[] = [];
  const originals: PlacedService[] = [];
  for (const effective of services.toReversed()) {
    const description = textOf(effective, 'service_description');
    if (description === undefined || description === '') {
      context.problems.tell(effective.object, 'object skipped', 'This service has no service_description.');
      continue;
    }
    const placed = placeService(context, effective, description, hostGroups, ruleHosts);
    if (placed.length === 0) tellNowhere(context, effective);
    if (copies.length + originals.length + placed.length > MOST_SERVICES) {
      const message = `Service '${description}' would be on ${placed.length} hosts; a site has at most ${MOST_SERVICES} services.`;
      context.problems.tell(effective.object, 'object skipped', message);
      continue;
    }
    for (const { service, isOriginal } of placed) (isOriginal ? originals : copies).push(service);
  }
  return indexServices(context, [...headFirst(copies), ...originals]);
}

function placeService(
  context: SiteContext,
  effective: EffectiveObject,
  description: string,
  hostGroups: GroupMembers<string>,
  ruleHosts: readonly MatchedHost[],
): { service: PlacedService; isOriginal: boolean }[] {
  const groups = context.expander.expand(textOf(effective, 'hostgroup_name') ?? '', context.hostGroups);
  const hosts = context.expander.expand(textOf(effective, 'host_name') ?? '', context.hosts);
  tellUnknown(context, effective, 'hostgroup_name', groups.unknown);
  tellUnknown(context, effective, 'host_name', hosts.unknown);

  // Hosts that were excluded, and then those that have it already.
  const closed = new Set([...hosts.rejected, ...groups.rejected.flatMap((group) => hostGroups.get(group) ?? [])]);
  const places = [
    ...headFirst(hosts.accepted).map((host) => ({ host, by: 'name' as const })),
    ...headFirst(groups.accepted).flatMap((group) =>
      headFirst(hostGroups.get(group) ?? []).map((host) => ({ host, by: 'group' as const })),
    ),
  ];
  const { applyTo } = effective.object;
  const byRule = applyTo === undefined ? [] : ruleHosts.filter((host) => matchesHost(applyTo, host));

  const placed: { service: PlacedService; isOriginal: boolean }[] = [];
  const place = (hostName: string, by: PlacedService['by'], isOriginal: boolean) => {
    if (closed.has(hostName)) return;
    closed.add(hostName);
    placed.push({ service: { effective, hostName, description, by }, isOriginal });
  };
  for (const [at, { host, by }] of places.entries()) {
    // Nagios reuses the definition itself for the last host of the last group, and so that one counts as named.
    const isOriginal = at === places.length - 1;
    place(host, isOriginal ? 'name' : by, isOriginal);
  }
  for (const { name } of byRule) place(name, 'rule', false);
  return placed;
}

function tellNowhere({ problems, allowsEmptyGroups }: SiteContext, { object }: EffectiveObject): void {
  const isRule = object.applyTo !== undefined;
  const message = `${describeObject(object)} is on no host${isRule ? ': its rule matches none' : ''}.`;
  if (isRule || allowsEmptyGroups) problems.tell(object, 'none', message);
  else problems.tell(object, 'object skipped', message);
}

const keyOf = (hostName: string, description: string): string => `${hostName}\u0000${description}`;

function indexServices({ problems }: SiteContext, all: readonly PlacedService[]): PlacedServices {
  const winners = new Map<string, PlacedService>();
  const onHost = new Map<string, PlacedService[]>();
  for (const by of ['name', 'group', 'rule'] as const) {
    for (const service of all) {
      if (service.by !== by) continue;
      const key = keyOf(service.hostName, service.description);
      const first = winners.get(key);
      if (first === undefined) winners.set(key, service);
      else if (by === 'rule' && first.by !== 'rule') continue;
      else {
        const { file, line } = first.effective.object;
        const what = `Duplicate definition found for service '${service.description}' on host '${service.hostName}'`;
        problems.tell(service.effective.object, 'none', `${what}; the one of ${file}:${line} is kept.`);
      }
    }
  }
  for (const service of all) {
    const list = onHost.get(service.hostName);
    if (list === undefined) onHost.set(service.hostName, [service]);
    else list.push(service);
  }
  return {
    all,
    find: (hostName, description) => winners.get(keyOf(hostName, description)),
    onHost: (hostName) => onHost.get(hostName) ?? [],
    winners: () => winners.values(),
  };
}
