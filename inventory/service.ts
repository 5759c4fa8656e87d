// Builds inventory from its parts: the door, the consumers that feed it, and the
// periodic comparison with desired state.

import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { createEventConsumer, type EventConsumer } from '#store/event-log.ts';
import type { Notifications } from '#store/notifications.ts';
import type { Db } from '#store/postgres.ts';
import type { InventoryApi } from './api.ts';
import { catalogFor } from './catalog.ts';
import { createComparison, type ComparisonGateway } from './comparison.ts';
import * as desiredStates from './desired-states.ts';
import { DRIFT_EVENT_KINDS, handleDriftEvent, hostsToCompare } from './drift-events.ts';
import { listDrift } from './drift-store.ts';
import * as groups from './groups.ts';
import * as commands from './host-commands.ts';
import { createHostEventHandler, HOST_EVENT_KINDS } from './host-events.ts';
import { ensureAgentHost } from './host-identity.ts';
import * as queries from './host-queries.ts';
import * as objectHosts from './object-hosts.ts';

interface InventoryDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  notifications: Notifications;
  gateway: ComparisonGateway;
}

export interface InventoryOptions {
  /** How often each host is compared with its desired state; default 5 minutes. */
  compareEveryMs?: number;
  /** Hosts that packets may make in one cluster; default 20,000. */
  mostHostsPerCluster?: number;
}

export interface Inventory extends Service {
  readonly api: InventoryApi;
  /** Resolves when all events committed before are rows, and their comparisons are asked for. */
  drain(): Promise<void>;
}

/** The door needs no running consumer: every process may ask. */
function createInventoryApi(deps: { db: Db; clock: Clock }): InventoryApi {
  const { db, clock } = deps;
  return {
    ensureAgentHost: (trx, agent) => ensureAgentHost(trx, agent, clock.nowMs()),
    listHosts: (filter) => queries.listHosts(db, filter),
    getHost: (hostId) => queries.getHost(db, hostId),
    findHostIdBySeries: (cluster, hostName) => queries.findHostIdBySeries(db, cluster, hostName),
    seriesOfHost: (hostId) => queries.seriesOfHost(db, hostId),
    reportingHosts: () => queries.reportingHosts(db),
    hostIdsOf: (targets) => queries.hostIdsOf(db, targets),
    namesOf: (hostIds) => queries.namesOf(db, hostIds),
    createHost: (actor, host) => commands.createHost(deps, actor, host),
    updateHost: (actor, hostId, change) => commands.updateHost(deps, actor, hostId, change),
    retireHost: (actor, hostId) => commands.retireHost(deps, actor, hostId),
    reviveHost: (actor, hostId) => commands.reviveHost(deps, actor, hostId),
    mergeHosts: (actor, intoId, fromId) => commands.mergeHosts(deps, actor, intoId, fromId),
    listGroups: () => groups.listGroups(db),
    getGroup: (groupId) => groups.getGroup(db, groupId),
    createGroup: (actor, group) => groups.createGroup(deps, actor, group),
    updateGroup: (actor, groupId, change) => groups.updateGroup(deps, actor, groupId, change),
    deleteGroup: (actor, groupId) => groups.deleteGroup(deps, actor, groupId),
    objects: {
      listRuleHosts: (trx) => objectHosts.listRuleHosts(trx),
      createHosts: (trx, hosts) => objectHosts.createObjectHosts(trx, hosts, clock.nowMs()),
      nameHosts: (trx, names) => objectHosts.nameObjectHosts(trx, names),
      updateHosts: (trx, actor, hosts) => objectHosts.updateObjectHosts(trx, actor, hosts, clock.nowMs()),
      putGroups: (trx, actor, groups) => objectHosts.putObjectGroups(trx, actor, groups, clock.nowMs()),
    },
    listDesiredStates: () => desiredStates.listDesiredStates(db),
    getDesiredState: (id) => desiredStates.getDesiredState(db, id),
    createDesiredState: (actor, state) => desiredStates.createDesiredState(deps, actor, state),
    updateDesiredState: (actor, id, change) => desiredStates.updateDesiredState(deps, actor, id, change),
    deleteDesiredState: (actor, id) => desiredStates.deleteDesiredState(deps, actor, id),
    listDrift: (filter) => listDrift(db, filter),
    catalogFor: (hostId, desiredStateIds) => catalogFor(db, hostId, desiredStateIds),
  };
}

export function createInventory(deps: InventoryDeps, options: InventoryOptions = {}): Inventory {
  const { log } = deps;
  const comparison = createComparison(deps, { everyMs: options.compareEveryMs ?? 5 * 60_000 });
  const consumers: EventConsumer[] = [
    createEventConsumer(deps, {
      name: 'inventory.hosts',
      kinds: HOST_EVENT_KINDS,
      handle: createHostEventHandler({ log }, { mostHostsPerCluster: options.mostHostsPerCluster ?? 20_000 }),
    }),
    createEventConsumer(deps, {
      name: 'inventory.drift',
      kinds: DRIFT_EVENT_KINDS,
      handle: handleDriftEvent,
      // A comparison that is lost with the process comes with the next period.
      afterCommit(events) {
        const hosts = hostsToCompare(events);
        if (hosts.length > 0) void comparison.compareSoon(hosts === 'all' ? undefined : hosts);
      },
    }),
  ];
  return {
    name: 'inventory',
    api: createInventoryApi(deps),
    async start(signal) {
      comparison.start();
      for (const consumer of consumers) await consumer.start(signal);
    },
    async stop() {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await comparison.stop();
    },
    async drain() {
      for (const consumer of consumers) await consumer.drain();
      await comparison.settled();
    },
  };
}
