// All watched objects of the installation in memory, with their ties: which service is on which
// host, parents, dependencies, time periods. Every checker knows all of them and runs its share.

import type { HostState, ServiceState } from '#kernel/domain/check-state.ts';
import type { CheckDefinition } from '../check-definition.ts';
import type { Dependency, Site } from '../machine/surroundings.ts';
import { DEFAULT_SITE_RULES } from '../machine/settings.ts';
import { compileTimePeriods } from '../time-period/compile-periods.ts';
import { isInPeriod, type TimePeriod } from '../time-period/time-period.ts';
import { createTimeZone, UTC, type TimeZone } from '../time-period/time-zone.ts';
import { HostNode, ServiceNode, type ObjectNode } from './node.ts';
import type { LoadedCheck, LoadedHost, LoadedTies } from './site-store.ts';

/** What a change of definitions made of the objects. */
export interface SiteChange {
  /** New, or run in another way or rhythm. */
  changed: ObjectNode[];
  removed: ObjectNode[];
}

export interface WatchedSite extends Site {
  readonly hosts: ReadonlyMap<string, HostNode>;
  /** By check id; hosts without a check of their own are not among them. */
  readonly objects: ReadonlyMap<string, ObjectNode>;
  readonly periods: ReadonlyMap<string, TimePeriod>;
  readonly zone: TimeZone;
  /** Values of $USERn$ by name. */
  readonly resources: ReadonlyMap<string, string>;
  /** By name, or by address where no host has that name; case does not count. */
  hostNamed(name: string): HostNode | undefined;
  /** Case counts in the description, as in Nagios. */
  serviceNamed(hostName: string, description: string): ServiceNode | undefined;
  /**
   * Takes these hosts and all their checks as they are now; a host of `hostIds` that is not among `hosts` is gone.
   * `keepsState` says whose state in memory is newer than the loaded one.
   */
  update(
    hostIds: readonly string[],
    loaded: { hosts: readonly LoadedHost[]; checks: readonly LoadedCheck[] },
    keepsState: (node: ObjectNode) => boolean,
  ): SiteChange;
  tie(ties: LoadedTies): void;
}

export function createSite(options: { zone: string }): WatchedSite {
  const hosts = new Map<string, HostNode>();
  const objects = new Map<string, ObjectNode>();
  const byName = new Map<string, HostNode>();
  const zone = createTimeZone(options.zone) ?? UTC;
  let periods: ReadonlyMap<string, TimePeriod> = new Map();
  let resources: ReadonlyMap<string, string> = new Map();

  const site: WatchedSite = {
    rules: DEFAULT_SITE_RULES,
    hosts,
    objects,
    zone,
    get periods() {
      return periods;
    },
    get resources() {
      return resources;
    },
    // A period that nobody defined holds always, as in Nagios: a typing error must not silence a site.
    isInPeriod(name, atMs) {
      const period = periods.get(name);
      return period === undefined || isInPeriod(period, atMs);
    },
    hostNamed: (name) => byName.get(name.toLowerCase()),
    serviceNamed(hostName, description) {
      for (const service of byName.get(hostName.toLowerCase())?.services.values() ?? [])
        if (service.name === description) return service;
      return undefined;
    },

    update(hostIds, loaded, keepsState) {
      const change: SiteChange = { changed: [], removed: [] };
      const checksOf = Map.groupBy(loaded.checks, ({ definition }) => definition.hostId);
      const found = new Map(loaded.hosts.map((host) => [host.id, host]));
      for (const hostId of hostIds) {
        const facts = found.get(hostId);
        if (facts) putHost(facts, checksOf.get(hostId) ?? [], keepsState, change);
        else dropHost(hostId, change);
      }
      return change;
    },

    tie(ties) {
      for (const host of hosts.values()) {
        host.parents.length = 0;
        host.children.length = 0;
      }
      for (const { hostId, parentId } of ties.parents) {
        const host = hosts.get(hostId);
        const parent = hosts.get(parentId);
        if (!host || !parent) continue;
        host.parents.push(parent);
        parent.children.push(host);
      }
      tieDependencies(objects, ties.dependencies);
      resources = ties.resources;
      periods = compileTimePeriods(
        ties.periods.map(({ name, definition }) => ({ ...definition, timeperiod_name: name })),
        zone,
      ).periods;
    },
  };

  function putHost(
    facts: LoadedHost,
    checks: readonly LoadedCheck[],
    keepsState: (node: ObjectNode) => boolean,
    change: SiteChange,
  ): void {
    const own = checks.find(({ definition }) => definition.object === 'host');
    const host = hostFor(facts, own, keepsState, change);
    host.followReporting();
    byName.set(facts.name.toLowerCase(), host);
    if (!byName.has(host.address.toLowerCase())) byName.set(host.address.toLowerCase(), host);

    const seen = new Set<string>();
    for (const { definition, state } of checks) {
      if (definition.object === 'host') continue;
      seen.add(definition.id);
      const known = host.services.get(definition.id);
      const node = known ?? new ServiceNode(definition, host);
      if (!known || !isSame(known.definition, definition)) change.changed.push(node);
      if (known) known.redefine(definition);
      host.services.set(definition.id, node);
      objects.set(definition.id, node);
      if (!known || !keepsState(node)) node.load(state);
    }
    for (const service of host.services.values()) if (!seen.has(service.id)) dropService(host, service, change);
  }

  /** A host that gets or loses a check of its own becomes another node; its services and neighbours stay. */
  function hostFor(
    facts: LoadedHost,
    own: LoadedCheck | undefined,
    keepsState: (node: ObjectNode) => boolean,
    change: SiteChange,
  ): HostNode {
    const known = hosts.get(facts.id);
    if (known && known.definition?.id === own?.definition.id) {
      if (known.name !== facts.name) forgetNames(known);
      known.facts = facts;
      known.applyMaintenance();
      if (!own || !known.definition) {
        if (!keepsState(known)) known.current = { ...known.current, downtimes: facts.downtimes };
        return known;
      }
      if (!isSame(known.definition, own.definition)) change.changed.push(known);
      known.redefine(own.definition);
      if (!keepsState(known)) known.load(own.state);
      return known;
    }
    const host = new HostNode(facts, own?.definition, site);
    if (known) {
      forgetNames(known);
      change.removed.push(known);
      objects.delete(known.id);
      host.parents.push(...known.parents);
      host.children.push(...known.children);
      for (const neighbour of [...known.parents, ...known.children]) replaceNeighbour(neighbour, known, host);
      for (const service of known.services.values()) {
        service.host = host;
        host.services.set(service.id, service);
      }
    }
    hosts.set(facts.id, host);
    if (own) {
      host.load(own.state);
      objects.set(host.id, host);
      change.changed.push(host);
    }
    // Downtimes are of the host as such, whatever checks it.
    const { downtimes } = host.current;
    const more = facts.downtimes.filter(({ id }) => !downtimes.some((each) => each.id === id));
    if (more.length > 0) host.current = { ...host.current, downtimes: [...downtimes, ...more] };
    return host;
  }

  function dropService(host: HostNode, service: ServiceNode, change: SiteChange): void {
    host.services.delete(service.id);
    objects.delete(service.id);
    change.removed.push(service);
  }

  function dropHost(hostId: string, change: SiteChange): void {
    const host = hosts.get(hostId);
    if (!host) return;
    for (const service of host.services.values()) dropService(host, service, change);
    hosts.delete(hostId);
    forgetNames(host);
    for (const parent of host.parents) remove(parent.children, host);
    for (const child of host.children) remove(child.parents, host);
    if (host.definition) objects.delete(host.id);
    change.removed.push(host);
  }

  function forgetNames(host: HostNode): void {
    for (const name of [host.facts.name, host.address])
      if (byName.get(name.toLowerCase()) === host) byName.delete(name.toLowerCase());
  }

  return site;
}

function remove<Value>(from: Value[], value: Value): void {
  const at = from.indexOf(value);
  if (at >= 0) from.splice(at, 1);
}

function replaceNeighbour(neighbour: HostNode, old: HostNode, host: HostNode): void {
  for (const list of [neighbour.parents, neighbour.children]) {
    const at = list.indexOf(old);
    if (at >= 0) list[at] = host;
  }
}

function tieDependencies(objects: ReadonlyMap<string, ObjectNode>, dependencies: LoadedTies['dependencies']): void {
  for (const node of objects.values()) {
    node.dependencies.length = 0;
    node.dependents.length = 0;
  }
  for (const { masterId, dependentId, purpose, states, period, inheritsParent } of dependencies) {
    const master = objects.get(masterId);
    const dependent = objects.get(dependentId);
    if (!master || !dependent || master.object !== dependent.object) continue;
    master.dependents.push(dependent);
    const failure = {
      executionFailure: purpose === 'execution' ? states : [],
      notificationFailure: purpose === 'notification' ? states : [],
      period,
      inheritsParent,
      usesSoftStates: false,
    };
    // Masters and dependents are of one kind, and the states stored for them are of that kind.
    if (dependent.object === 'service')
      dependent.dependencies.push({ ...failure, master } as unknown as Dependency<ServiceState>);
    else dependent.dependencies.push({ ...failure, master } as unknown as Dependency<HostState>);
  }
}

/** Definitions come from the same columns in the same order, so equal ones read alike. */
const isSame = (a: CheckDefinition, b: CheckDefinition): boolean => JSON.stringify(a) === JSON.stringify(b);
