// What other parts tell of hosts becomes rows: heard, quiet, back, reported. Every
// handler may see an event twice and late.

import { sql } from 'kysely';
import type { EventData, StoredEvent } from '#kernel/domain/event.ts';
import type { Logger } from '#kernel/log.ts';
import { appendEvents } from '#store/event-log.ts';
import { json } from '#store/json.ts';
import type { Trx } from '#store/postgres.ts';
import { findByAlias, findByGmondKey, hostOfSeen } from './host-identity.ts';
import { boundReport, describeReportChange } from './report.ts';

export const HOST_EVENT_KINDS = ['host.seen', 'host.quiet', 'host.back', 'agent.reported'] as const;
type HostEvent = StoredEvent<(typeof HOST_EVENT_KINDS)[number]>;

interface HostEventOptions {
  /** Rows that packets may make in one cluster: a million made-up names must not become a million hosts. */
  mostHostsPerCluster: number;
}

export function createHostEventHandler(
  deps: { log: Logger },
  options: HostEventOptions,
): (event: HostEvent, trx: Trx) => Promise<void> {
  const most = options.mostHostsPerCluster;
  // One line for each cluster that is full, not one for each name that somebody makes up.
  const full = new Set<string>();

  async function onSeen(trx: Trx, seen: EventData['host.seen'], atMs: number): Promise<void> {
    const hostId = await hostOfSeen(trx, seen, atMs, most);
    if (hostId === undefined) {
      if (!full.has(seen.cluster))
        deps.log.warn('a cluster has its fill of hosts; new names are ignored', {
          cluster: seen.cluster,
          most,
        });
      full.add(seen.cluster);
      return;
    }
    await sql`update host set ip = ${seen.ip}, cluster = case
        -- The socket that hears a host names its cluster; a join token only guesses.
        when not exists (select 1 from host_series s where s.host_id = host.id and s.cluster = host.cluster)
        then ${seen.cluster} else cluster end
      where id = ${hostId} and (ip is distinct from ${seen.ip} or cluster <> ${seen.cluster})`.execute(trx);
    await setReporting(trx, hostId, true, atMs);
  }

  return async (event, trx) => {
    switch (event.kind) {
      case 'host.seen':
        return onSeen(trx, event.data, event.atMs);
      case 'host.quiet':
      case 'host.back': {
        const hostId = await findByGmondKey(trx, event.data.cluster, event.data.hostKey);
        if (hostId !== undefined) await setReporting(trx, hostId, event.kind === 'host.back', event.atMs);
        return;
      }
      case 'agent.reported':
        return onReported(trx, event);
      default:
        event satisfies never;
    }
  };
}

/** An older word than the one that is kept changes nothing. */
const setReporting = (trx: Trx, hostId: string, reporting: boolean, atMs: number) =>
  trx
    .updateTable('host')
    .set({ reporting, reporting_changed_at_ms: atMs })
    .where('id', '=', hostId)
    .where(sql<boolean>`coalesce(reporting_changed_at_ms, 0) <= ${atMs} and reporting is distinct from ${reporting}`)
    .execute();

async function onReported(trx: Trx, event: StoredEvent<'agent.reported'>): Promise<void> {
  const hostId = event.hostId ?? (await findByAlias(trx, 'agent', event.data.agentId));
  if (hostId === undefined) return;
  const before = await trx
    .selectFrom('host')
    .select(['name', 'facts', 'packages', 'reported_at_ms'])
    .where('id', '=', hostId)
    .forUpdate()
    .executeTakeFirst();
  if (before === undefined || (before.reported_at_ms ?? 0) >= event.atMs) return;
  const report = boundReport(event.data.report);
  await trx
    .updateTable('host')
    .set({
      facts: json(report.facts),
      packages: json(report.packages),
      services: json(report.services),
      processes: json(report.processes),
      reported_at_ms: event.atMs,
    })
    .where('id', '=', hostId)
    .execute();
  if (before.reported_at_ms === null) return;
  const change = describeReportChange(readReport(before), report);
  if (change !== undefined)
    await appendEvents(trx, [
      {
        kind: 'host.changed',
        atMs: event.atMs,
        hostId,
        data: { name: before.name, by: 'agent', change },
        causeId: event.id,
      },
    ]);
}

/** The columns are written by `onReported` alone, from a bounded report. */
const readReport = (row: { facts: unknown; packages: unknown }): Parameters<typeof describeReportChange>[0] =>
  ({ facts: row.facts, packages: row.packages }) as Parameters<typeof describeReportChange>[0];
