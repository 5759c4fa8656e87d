// The running site behind Livestatus: hosts and services from the memory of the engine, what
// people said and did from the database.

import type { Clock } from '#kernel/clock.ts';
import type { Db } from '#store/postgres.ts';
import type { ServiceNode } from '../../engine/node.ts';
import type { WatchedSite } from '../../engine/site.ts';
import type {
  CollectionName,
  HostGroupRow,
  LivestatusCollections,
  LivestatusSource,
  ProgramRow,
  ServiceGroupRow,
  TimePeriodRow,
} from '../source.ts';
import { checkedRows } from './checked-rows.ts';
import { createDefinedObjects, groupWords, type DefinedObjects } from './defined-objects.ts';
import { logRows } from './log-rows.ts';
import { commentRows, downtimeRows } from './remark-rows.ts';
import { stateSpans } from './state-spans.ts';

interface SiteSourceDeps {
  db: Db;
  clock: Clock;
  site: WatchedSite;
  /** Active runs since the start. */
  runsStarted(): number;
  served(): { connections: number; requests: number };
}

export function createSiteSource(deps: SiteSourceDeps, options: { version: string }): LivestatusSource {
  const { db, clock, site } = deps;
  const definedObjects = createDefinedObjects(deps);
  const startedAtMs = clock.nowMs();

  const rowsOf: { [Name in CollectionName]: () => Promise<LivestatusCollections[Name][]> } = {
    hosts: async () => checkedRows({ site, defined: await definedObjects(), nowMs: clock.nowMs() }).hosts(),
    services: async () => checkedRows({ site, defined: await definedObjects(), nowMs: clock.nowMs() }).services(),
    hostGroups: async () => hostGroupRows(site, await definedObjects()),
    serviceGroups: async () => serviceGroupRows(site, await definedObjects()),
    contacts: async () => (await definedObjects()).contacts,
    contactGroups: async () => (await definedObjects()).contactGroups,
    commands: async () => (await definedObjects()).commands,
    timePeriods: async () => timePeriodRows(site, clock.nowMs()),
    downtimes: () => downtimeRows(db, site),
    comments: () => commentRows(db, site, clock.nowMs()),
  };

  return {
    collection: (name) => rowsOf[name](),
    log: (span, maxRows) => logRows(db, site, span, maxRows),
    stateSpans: (span, maxRows) => stateSpans({ db, site, nowMs: clock.nowMs() }, span, maxRows),
    program: () => programRow(deps, { ...options, startedAtMs }),
  };
}

const hostGroupRows = (site: WatchedSite, { hostGroups }: DefinedObjects): HostGroupRow[] =>
  hostGroups.map(({ hostIds, ...group }) => ({
    ...group,
    hostNames: hostIds.flatMap((id) => site.hosts.get(id)?.name ?? []).toSorted(),
  }));

function serviceGroupRows(site: WatchedSite, { serviceGroups }: DefinedObjects): ServiceGroupRow[] {
  const members = new Map<string, ServiceNode[]>([...serviceGroups.keys()].map((name) => [name, []]));
  for (const node of site.objects.values()) {
    if (node.object === 'host') continue;
    for (const name of node.definition.serviceGroups) {
      const known = members.get(name);
      if (known) known.push(node);
      else members.set(name, [node]);
    }
  }
  return [...members]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, services]) => ({
      ...groupWords(name, serviceGroups.get(name)),
      members: services.map((service) => [service.host.name, service.name] as const),
    }));
}

const timePeriodRows = (site: WatchedSite, nowMs: number): TimePeriodRow[] =>
  [...site.periods.values()].map(({ name, alias }) => ({
    name,
    alias: alias || name,
    isInNow: site.isInPeriod(name, nowMs),
  }));

/** There is no switch for the whole site, so all is on but what Plexus does not run. */
function programRow(
  { site, runsStarted, served }: SiteSourceDeps,
  { version, startedAtMs }: { version: string; startedAtMs: number },
): ProgramRow {
  const perSec = { host: 0, service: 0 };
  for (const { object, settings } of site.objects.values())
    if (settings.activeChecks) perSec[object] += 1000 / settings.intervalMs;
  return {
    version,
    startedAtMs,
    pid: process.pid,
    notificationsEnabled: true,
    serviceChecksEnabled: true,
    hostChecksEnabled: true,
    passiveServiceChecksEnabled: true,
    passiveHostChecksEnabled: true,
    eventHandlersEnabled: false,
    flapDetectionEnabled: true,
    perfdataEnabled: true,
    // Runs are not counted by kind; the rates are those of the schedule.
    serviceChecks: runsStarted(),
    serviceChecksPerSec: perSec.service,
    hostChecks: 0,
    hostChecksPerSec: perSec.host,
    ...served(),
  };
}
