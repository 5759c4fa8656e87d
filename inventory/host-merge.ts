// Folds one host into another: names, groups and series move, the emptied host is
// retired and says where it went. Its events, alerts and runs stay its own.

import { sql } from 'kysely';
import type { NewEvent } from '#kernel/domain/event.ts';
import { appendEvents } from '#store/event-log.ts';
import type { Trx } from '#store/postgres.ts';

/** Both hosts must exist. `by` is the label of who asked. */
export async function foldHost(
  trx: Trx,
  { intoId, fromId }: { intoId: string; fromId: string },
  nowMs: number,
  by: string,
): Promise<void> {
  await trx.updateTable('host_alias').set({ host_id: intoId }).where('host_id', '=', fromId).execute();
  await trx.updateTable('host_series').set({ host_id: intoId }).where('host_id', '=', fromId).execute();
  await sql`insert into host_group_member (group_id, host_id)
    select group_id, ${intoId} from host_group_member where host_id = ${fromId} on conflict do nothing`.execute(trx);
  await trx.deleteFrom('host_group_member').where('host_id', '=', fromId).execute();
  await trx.deleteFrom('drift').where('host_id', '=', fromId).execute();
  // The gateway delivers by this column; a merged host would lose its agent.
  await trx.updateTable('agent').set({ host_id: intoId }).where('host_id', '=', fromId).execute();
  const before = await trx
    .selectFrom('host')
    .select('lifecycle')
    .where('id', '=', fromId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const emptied = await trx
    .updateTable('host')
    .set(({ ref }) => ({
      lifecycle: 'retired',
      retired_at_ms: nowMs,
      merged_into: intoId,
      version: sql<number>`${ref('version')} + 1`,
    }))
    .where('id', '=', fromId)
    .returning(['name', 'reporting', 'reporting_changed_at_ms'])
    .executeTakeFirstOrThrow();
  // Whoever was heard last says whether metrics arrive.
  await sql`update host set reporting = ${emptied.reporting}, reporting_changed_at_ms = ${emptied.reporting_changed_at_ms}
    where id = ${intoId} and ${emptied.reporting_changed_at_ms}::bigint > coalesce(reporting_changed_at_ms, 0)`.execute(
    trx,
  );
  const retired = (hostId: string, name: string): NewEvent => ({
    kind: 'host.retired',
    atMs: nowMs,
    hostId,
    data: { name, by },
  });
  const into = await trx.selectFrom('host').select('name').where('id', '=', intoId).executeTakeFirstOrThrow();
  await appendEvents(trx, [
    ...(before.lifecycle === 'retired' ? [] : [retired(fromId, emptied.name)]),
    {
      kind: 'host.changed',
      atMs: nowMs,
      hostId: intoId,
      data: { name: into.name, by, change: `took over the names and series of ${emptied.name}` },
    },
  ]);
}
