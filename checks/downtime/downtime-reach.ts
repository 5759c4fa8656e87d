// What a downtime touches before it is planned or taken back: whom it keeps quiet, what it
// overlaps, and what would be told again without it.

import { sql } from 'kysely';
import type { Clock } from '#kernel/clock.ts';
import type { Db } from '#store/postgres.ts';
import { MOST_PLANNED, type DowntimesApi } from '../downtime-api.ts';
import { IS_PROBLEM } from '../queries/narrow-checks.ts';
import { idNumbers, ofBatches, readDowntimes } from './downtime-list.ts';
import { resolveTarget } from './resolve-target.ts';

const NAMES_SHOWN = 50;
const OVERLAPS_SHOWN = 20;

export function createDowntimeReach(deps: { db: Db; clock: Clock }): Pick<DowntimesApi, 'preview' | 'wouldTell'> {
  const { db, clock } = deps;
  return {
    async preview({ target, startsAtMs, endsAtMs }) {
      const objects = await resolveTarget(db, target, clock.nowMs());
      const hosts = objects.filter(({ checkId }) => checkId === null);
      const hostIds = hosts.map(({ hostId }) => hostId);
      const checkIds = objects.flatMap(({ checkId }) => (checkId === null ? [] : [checkId]));
      const services = await quietServices(db, { hostIds, checkIds });
      const overlap = sql<boolean>`d.status in ('pending', 'active')
        and d.starts_at_ms < ${endsAtMs} and d.ends_at_ms > ${startsAtMs}
        and ((d.check_id is null and d.host_id = any(${hostIds}::uuid[])) or d.check_id = any(${checkIds}::uuid[]))`;
      const [{ count = 0 } = {}] = (
        await sql<{ count: number }>`select count(*)::integer as count from downtime d where ${overlap}`.execute(db)
      ).rows;
      return {
        downtimes: Math.min(objects.length, MOST_PLANNED),
        isTooMany: objects.length > MOST_PLANNED,
        hosts: hosts.length,
        services: services.count,
        servicesByHost: services.count - checkIds.length,
        hostNames: hosts.slice(0, NAMES_SHOWN).map(({ hostName }) => hostName),
        serviceNames: services.names,
        overlapping: count,
        overlaps:
          count === 0
            ? []
            : await readDowntimes(db, overlap, { order: sql`d.starts_at_ms, d.id`, limit: OVERLAPS_SHOWN }),
      };
    },

    async wouldTell({ ids, batches }) {
      const meant = sql<boolean>`(d.id = any(${idNumbers(ids)}::bigint[]) or ${ofBatches(batches)})`;
      const covers = (of: string) => sql<boolean>`${sql.ref(`${of}.status`)} = 'active'
        and (${sql.ref(`${of}.check_id`)} = c.id
          or (${sql.ref(`${of}.check_id`)} is null and ${sql.ref(`${of}.host_id`)} = c.host_id))`;
      const open = await sql<{ count: number }>`
        select count(*)::integer as count from downtime d where d.status in ('pending', 'active') and ${meant}`.execute(
        db,
      );
      const problems = await sql<{ name: string; total: number }>`
        with meant as (select d.* from downtime d where d.status = 'active' and ${meant})
        select h.name || case when c.object = 'host' then '' else ' · ' || c.name end as name,
          count(*) over ()::integer as total
        from "check" c join check_state s on s.check_id = c.id join host h on h.id = c.host_id
        where ${IS_PROBLEM} and s.state_type = 'hard' and s.acknowledged = 'none'
          and exists (select from meant m where ${covers('m')})
          and not exists (select from downtime o where ${covers('o')} and o.id not in (select id from meant))
        order by 1 limit ${NAMES_SHOWN}`.execute(db);
      return {
        open: open.rows[0]?.count ?? 0,
        problems: problems.rows[0]?.total ?? 0,
        names: problems.rows.map(({ name }) => name),
      };
    },
  };
}

/** Services with a downtime of their own or kept quiet by their host. */
async function quietServices(db: Db, of: { hostIds: string[]; checkIds: string[] }) {
  const { rows } = await sql<{ name: string; total: number }>`
    select h.name || ' · ' || c.name as name, count(*) over ()::integer as total
    from "check" c join host h on h.id = c.host_id
    where c.object = 'service' and (c.id = any(${of.checkIds}::uuid[]) or c.host_id = any(${of.hostIds}::uuid[]))
    order by h.name, c.name limit ${NAMES_SHOWN}`.execute(db);
  return { count: rows[0]?.total ?? 0, names: rows.map(({ name }) => name) };
}
