// Whom an external command is about: one object by its names, or all that a host, a host
// group or a service group stands for.

import { AppError } from '#kernel/errors.ts';
import type { Db, Trx } from '#store/postgres.ts';
import type { CommandTarget, ObjectRef } from '#wire/external-command.ts';
import type { HostNode, ObjectNode, ServiceNode } from '../engine/node.ts';
import type { WatchedSite } from '../engine/site.ts';

/** Throws `unknown_host` or `unknown_service` (404). */
export function findObject(site: WatchedSite, ref: ObjectRef): ObjectNode {
  const host = findHost(site, ref.hostName);
  if (ref.of === 'host') return host;
  const service = site.serviceNamed(ref.hostName, ref.serviceName);
  if (!service) throw unknown('service', `${ref.hostName}/${ref.serviceName}`);
  return service;
}

/** Hosts before services. Throws `unknown_…` (404) for a name that nobody has; a group may be empty. */
export async function findObjects(db: Db | Trx, site: WatchedSite, target: CommandTarget): Promise<ObjectNode[]> {
  switch (target.of) {
    case 'host':
    case 'service':
      return [findObject(site, target)];
    case 'services_of_host':
      return [...findHost(site, target.hostName).services.values()];
    case 'host_and_children':
      return withBeneath(findHost(site, target.hostName));
    case 'hosts_of_hostgroup':
      return hostsOfGroup(db, site, target.groupName);
    case 'services_of_hostgroup':
      return (await hostsOfGroup(db, site, target.groupName)).flatMap(({ services }) => [...services.values()]);
    case 'hosts_of_servicegroup':
      return [...new Set(servicesOfGroup(site, target.groupName).map(({ host }) => host))];
    case 'services_of_servicegroup':
      return servicesOfGroup(site, target.groupName);
    default:
      return target satisfies never;
  }
}

/** What the audit trail calls it when it is not one object. */
export const targetName = (target: CommandTarget): string =>
  'groupName' in target ? `${target.of}:${target.groupName}` : `${target.of}:${target.hostName}`;

/** The host first, then those beneath, each once. */
export function withBeneath(host: HostNode): HostNode[] {
  const found = new Set([host]);
  for (const one of found) for (const child of one.children) found.add(child);
  return [...found];
}

function findHost(site: WatchedSite, name: string): HostNode {
  const host = site.hostNamed(name);
  if (!host) throw unknown('host', name);
  return host;
}

async function hostsOfGroup(db: Db | Trx, site: WatchedSite, name: string): Promise<HostNode[]> {
  const rows = await db
    .selectFrom('host_group as g')
    .leftJoin('host_group_member as m', 'm.group_id', 'g.id')
    .select('m.host_id')
    .where('g.name', '=', name)
    .execute();
  if (rows.length === 0) throw unknown('hostgroup', name);
  return rows.flatMap(({ host_id: hostId }) => (hostId === null ? [] : (site.hosts.get(hostId) ?? [])));
}

function servicesOfGroup(site: WatchedSite, name: string): ServiceNode[] {
  const found = [...site.objects.values()].filter(
    (node): node is ServiceNode => node.object === 'service' && node.definition.serviceGroups.includes(name),
  );
  if (found.length === 0) throw unknown('servicegroup', name);
  return found;
}

const unknown = (what: 'host' | 'service' | 'hostgroup' | 'servicegroup', name: string): AppError =>
  new AppError(`unknown_${what}`, `There is no ${what} ${JSON.stringify(name.slice(0, 200))}.`, { status: 404 });
