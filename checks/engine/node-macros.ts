// The facts that macros are made of, read from the site when a command asks for them.

import type { HostState, ServiceState } from '#kernel/domain/check-state.ts';
import { downtimeDepth } from '../machine/downtime-window.ts';
import { changePercent } from '../machine/flapping.ts';
import { createMacros } from '../macros/create-macros.ts';
import type { MacroLookup } from '../macros/expand-macros.ts';
import type { HostFacts, MacroFacts, ServiceFacts, TotalFacts } from '../macros/macro-facts.ts';
import type { HostNode, ObjectNode, ServiceNode } from './node.ts';
import type { WatchedSite } from './site.ts';

/** Values of resource macros ($USERn$), which may be secrets. */
export type Resources = ReadonlyMap<string, string>;

/** Nothing is computed before the first lookup. */
export function nodeMacros(site: WatchedSite, node: ObjectNode, nowMs: number): MacroLookup {
  let lookup: MacroLookup | undefined;
  return (name) => (lookup ??= createMacros(factsOf(site, node, nowMs)).lookup)(name);
}

function factsOf(site: WatchedSite, node: ObjectNode, nowMs: number): MacroFacts {
  const host = node.object === 'host' ? node : node.host;
  return {
    host: hostFacts(host),
    ...(node.object === 'service' && { service: serviceFacts(node) }),
    findHost(name) {
      const found = site.hostNamed(name);
      return found && hostFacts(found);
    },
    findService(hostName, description) {
      const found = site.serviceNamed(hostName, description);
      return found && serviceFacts(found);
    },
    findHostGroup(name) {
      const members = [...site.hosts.values()].filter((each) => hostGroups(each).includes(name));
      return members.length > 0 ? { ...groupFacts(name), members: members.map(hostFacts) } : undefined;
    },
    findServiceGroup(name) {
      const members = [...site.objects.values()].filter(
        (each): each is ServiceNode => each.object === 'service' && each.definition.serviceGroups.includes(name),
      );
      return members.length > 0 ? { ...groupFacts(name), members: members.map(serviceFacts) } : undefined;
    },
    totals: () => totalsOf(site),
    resource: (number) => site.resources.get(`USER${number}`),
    process: () => undefined,
    findTimePeriod: (name) => site.periods.get(name),
    nowMs,
    zone: site.zone,
    dateFormat: 'iso8601',
  };
}

const hostGroups = (host: HostNode): readonly string[] => host.definition?.details.hostGroups ?? [];

const groupFacts = (name: string) => ({ name, alias: name, notes: '', notesUrl: '', actionUrl: '' });

function sharedFacts<State extends ServiceState | HostState>(
  node: ObjectNode,
  current: { state: State; lastHardState: State },
): Omit<ServiceFacts, 'hostName' | 'description' | 'isVolatile' | 'state' | 'lastState' | 'lastInStateMs'> & {
  state: State;
  lastState: State;
  lastInStateMs: Partial<Record<State, number>>;
} {
  const { definition, settings, said, current: now } = node;
  const details = definition?.details ?? {};
  const acknowledgement = now.acknowledgement;
  return {
    displayName: details.displayName ?? node.name,
    state: current.state,
    lastState: current.lastHardState,
    stateType: now.type,
    attempt: now.attempt,
    maxAttempts: settings.maxAttempts,
    latencySec: (node.latencyMs ?? 0) / 1000,
    executionTimeSec: (node.executionMs ?? 0) / 1000,
    stateSinceMs: now.changedAtMs ?? 0,
    lastCheckMs: now.checkedAtMs ?? 0,
    lastInStateMs:
      now.checkedAtMs === null ? {} : ({ [current.state]: now.checkedAtMs } as Partial<Record<State, number>>),
    downtimeDepth: downtimeDepth(now.downtimes),
    percentChange: changePercent(now.history, 'nagios'),
    ...said,
    checkCommand: details.command ?? '',
    notes: details.notes ?? '',
    notesUrl: details.notesUrl ?? '',
    actionUrl: details.actionUrl ?? '',
    groups: node.object === 'host' ? hostGroups(node) : node.definition.serviceGroups,
    importance: settings.importance,
    eventId: '0',
    lastEventId: '0',
    problemId: '0',
    lastProblemId: '0',
    ...(acknowledgement && { acknowledgement: { author: acknowledgement.by, comment: acknowledgement.comment } }),
    customVariables: details.vars ?? {},
  };
}

const hostFacts = (host: HostNode): HostFacts => ({
  ...sharedFacts(host, host.current),
  name: host.name,
  alias: host.definition?.details.alias ?? (host.facts.alias || host.name),
  address: host.address,
  serviceStates: () => [...host.services.values()].map((service) => service.current.state),
});

const serviceFacts = (service: ServiceNode): ServiceFacts => ({
  ...sharedFacts(service, service.current),
  hostName: service.host.name,
  description: service.name,
  isVolatile: service.settings.isVolatile,
});

function totalsOf(site: WatchedSite): TotalFacts {
  const count = () => ({ all: 0, unhandled: 0 });
  const totals = {
    hosts: { up: count(), down: count(), unreachable: count() },
    services: { ok: count(), warning: count(), critical: count(), unknown: count() },
  };
  const add = (into: { all: number; unhandled: number }, node: ObjectNode) => {
    into.all++;
    if (node.current.acknowledgement === null && downtimeDepth(node.current.downtimes) === 0) into.unhandled++;
  };
  for (const host of site.hosts.values()) {
    add(totals.hosts[host.current.state], host);
    for (const service of host.services.values()) add(totals.services[service.current.state], service);
  }
  return totals;
}
