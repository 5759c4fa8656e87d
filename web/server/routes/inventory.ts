// Hosts: what exists, what it is and runs, and the few things people change about it.

import type {
  DriftEntry,
  HostDetail as HostRecord,
  HostSummary as SummaryRecord,
  InventoryApi,
} from '#inventory/api.ts';
import {
  HostChange,
  HostDetail,
  HostList,
  HostQuery,
  MergeHost,
  NewHost,
  type Drift,
  type FactsSummary,
  type HostSummary,
} from '#web/contract/inventory.ts';
import { IdParams, instant, instantOrNull } from '#web/contract/shared.ts';
import type { App } from '../app.ts';

function factsSummary(facts: SummaryRecord['facts']): FactsSummary {
  const text = (name: string) => (typeof facts[name] === 'string' ? facts[name] : null);
  const count = (name: string) => (typeof facts[name] === 'number' ? facts[name] : null);
  return {
    os: text('os.pretty') ?? text('os.name'),
    kernel: text('kernel.release'),
    arch: text('arch'),
    cpuModel: text('cpu.model'),
    cpuCount: count('cpu.count'),
    memoryBytes: count('memory.bytes'),
    virtualization: text('virtualization'),
    bootAt: instantOrNull(count('boot.atMs')),
  };
}

const toSummary = (record: SummaryRecord): HostSummary => ({
  id: record.id,
  name: record.name,
  cluster: record.cluster,
  ip: record.ip ?? null,
  lifecycle: record.lifecycle,
  reporting: record.reporting,
  reportingSince: instantOrNull(record.reportingSinceMs),
  owner: record.owner ?? null,
  description: record.description,
  groups: record.groups,
  agentIds: record.agentIds,
  factsSummary: factsSummary(record.facts),
  driftCount: record.driftCount,
  reportedAt: instantOrNull(record.reportedAtMs),
  createdAt: instant(record.createdAtMs),
  version: record.version,
});

export const toDrift = ({ sinceMs, checkedAtMs, ...rest }: DriftEntry): Drift => ({
  ...rest,
  since: instant(sinceMs),
  checkedAt: instantOrNull(checkedAtMs),
});

const toDetail = (record: HostRecord): HostDetail => ({
  ...toSummary(record),
  facts: record.facts,
  variables: record.variables,
  mergedVariables: record.mergedVariables,
  packages: record.packages,
  services: record.services,
  processes: record.processes.map(({ startedAtMs, ...process }) => ({
    ...process,
    ...(startedAtMs !== undefined && { startedAt: instant(startedAtMs) }),
  })),
  aliases: record.aliases,
  series: record.series,
  drift: record.drift.map(toDrift),
  retiredAt: instantOrNull(record.retiredAtMs),
  mergedInto: record.mergedInto ?? null,
});

export function inventoryRoutes(app: App, deps: { inventory: InventoryApi }): void {
  const { inventory } = deps;
  const viewer = { access: 'viewer' as const };
  const engineer = { access: 'engineer' as const };
  const admin = { access: 'admin' as const };
  const tags = ['inventory'];
  const detailOf = async (id: string) => toDetail(await inventory.getHost(id));

  app.get(
    '/api/v1/hosts',
    {
      config: viewer,
      schema: { tags, summary: 'Hosts by name', querystring: HostQuery, response: { 200: HostList } },
    },
    async (request) => {
      const { limit = 200, retired = false, ...filter } = request.query;
      const page = await inventory.listHosts({ ...filter, limit, includeRetired: retired });
      return { items: page.items.map(toSummary), nextCursor: page.nextCursor ?? null };
    },
  );

  app.post(
    '/api/v1/hosts',
    {
      config: engineer,
      schema: {
        tags,
        summary: 'Add a host by hand',
        description: 'For what neither runs an agent nor sends metrics, such as a switch or a website.',
        body: NewHost,
        response: { 200: HostDetail },
      },
    },
    async (request) => detailOf(await inventory.createHost(request.actor, request.body)),
  );

  app.get(
    '/api/v1/hosts/:id',
    { config: viewer, schema: { tags, summary: 'One host, whole', params: IdParams, response: { 200: HostDetail } } },
    (request) => detailOf(request.params.id),
  );

  app.patch(
    '/api/v1/hosts/:id',
    {
      config: engineer,
      schema: { tags, summary: 'Change a host', params: IdParams, body: HostChange, response: { 200: HostDetail } },
    },
    async (request) => {
      await inventory.updateHost(request.actor, request.params.id, request.body);
      return detailOf(request.params.id);
    },
  );

  app.post(
    '/api/v1/hosts/:id/retire',
    {
      config: engineer,
      schema: {
        tags,
        summary: 'Retire a host',
        description: 'Hidden from lists and no target any more; its history stays. Packets do not bring it back.',
        params: IdParams,
        response: { 200: HostDetail },
      },
    },
    async (request) => {
      await inventory.retireHost(request.actor, request.params.id);
      return detailOf(request.params.id);
    },
  );

  app.post(
    '/api/v1/hosts/:id/revive',
    {
      config: engineer,
      schema: { tags, summary: 'Bring a retired host back', params: IdParams, response: { 200: HostDetail } },
    },
    async (request) => {
      await inventory.reviveHost(request.actor, request.params.id);
      return detailOf(request.params.id);
    },
  );

  app.post(
    '/api/v1/hosts/:id/merge',
    {
      config: admin,
      schema: {
        tags,
        summary: 'Fold another host into this one',
        description: 'Names, groups and series move here; the other host is retired.',
        params: IdParams,
        body: MergeHost,
        response: { 200: HostDetail },
      },
    },
    async (request) => {
      await inventory.mergeHosts(request.actor, request.params.id, request.body.fromId);
      return detailOf(request.params.id);
    },
  );
}
