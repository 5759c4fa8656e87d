// The tactical overview: everything counted by state, group and figure, in one set of queries.

import { sql, type RawBuilder } from 'kysely';
import type { Clock } from '#kernel/clock.ts';
import type { Db } from '#store/postgres.ts';
import type { AnyCheckState, CheckOverview, GroupCounts, StateCount } from '../views-api.ts';
import { IS_IN_DOWNTIME, IS_PROBLEM, IS_TAKEN, isOverdue } from './narrow-checks.ts';

const MOST_GROUPS = 200;
const MOST_OUTAGES = 20;

const COUNTED = sql`c.object, s.state, (${IS_PROBLEM} and ${IS_TAKEN}) as handled, count(*)::integer as count`;
const CHECKS = sql`"check" c join check_state s on s.check_id = c.id`;

interface CountRow {
  object: 'host' | 'service';
  state: AnyCheckState;
  handled: boolean;
  count: number;
}

const toCount = ({ object, state, handled, count }: CountRow): StateCount => ({
  object,
  state,
  isHandled: handled,
  count,
});

export async function readOverview({ db, clock }: { db: Db; clock: Clock }): Promise<CheckOverview> {
  const nowMs = clock.nowMs();
  const [states, hostGroups, serviceGroups, figures, outages] = await Promise.all([
    sql<CountRow>`select ${COUNTED} from ${CHECKS} group by 1, 2, 3`.execute(db),
    groupCounts(
      db,
      sql`${CHECKS} join host_group_member m on m.host_id = c.host_id join host_group g on g.id = m.group_id`,
    ),
    groupCounts(db, sql`${CHECKS} cross join lateral unnest(c.service_groups) as g(name)`),
    readFigures(db, nowMs),
    readOutages(db),
  ]);
  return { states: states.rows.map(toCount), hostGroups, serviceGroups, ...figures, outages };
}

/** `from` brings a `g.name`. */
async function groupCounts(db: Db, from: RawBuilder<unknown>): Promise<GroupCounts[]> {
  const { rows } = await sql<CountRow & { name: string }>`
    select g.name, ${COUNTED} from ${from} group by 1, 2, 3, 4 order by 1`.execute(db);
  const groups = new Map<string, GroupCounts>();
  for (const row of rows) {
    let group = groups.get(row.name);
    if (!group) {
      if (groups.size === MOST_GROUPS) break;
      group = { name: row.name, states: [] };
      groups.set(row.name, group);
    }
    group.states.push(toCount(row));
  }
  return [...groups.values()];
}

type Figures = Pick<
  CheckOverview,
  'active' | 'passive' | 'flapping' | 'stale' | 'disabled' | 'inDowntime' | 'latency' | 'execution'
>;

async function readFigures(db: Db, nowMs: number): Promise<Figures> {
  const { rows } = await sql<Record<string, number | null> & { latency: number[] | null; execution: number[] | null }>`
    select count(*) filter (where s.via = 'active')::integer as active,
      count(*) filter (where s.via <> 'active')::integer as passive,
      count(*) filter (where s.is_flapping)::integer as flapping,
      count(*) filter (where ${isOverdue(nowMs)})::integer as stale,
      count(*) filter (where not c.enabled)::integer as disabled,
      count(*) filter (where ${IS_IN_DOWNTIME})::integer as downtime,
      percentile_cont(array[0.5, 0.95]) within group (order by s.latency_ms) as latency,
      percentile_cont(array[0.5, 0.95]) within group (order by s.execution_ms) as execution
    from ${CHECKS}`.execute(db);
  const [row] = rows;
  const count = (name: string): number => Number(row?.[name] ?? 0);
  const spread = (of: number[] | null | undefined) => ({ medianMs: of?.[0] ?? null, p95Ms: of?.[1] ?? null });
  return {
    active: count('active'),
    passive: count('passive'),
    flapping: count('flapping'),
    stale: count('stale'),
    disabled: count('disabled'),
    inDowntime: count('downtime'),
    latency: spread(row?.latency),
    execution: spread(row?.execution),
  };
}

async function readOutages(db: Db): Promise<CheckOverview['outages']> {
  const { rows } = await sql<{
    host_id: string;
    host_name: string;
    check_id: string;
    handled: boolean;
    hosts: number;
    services: number;
  }>`
    with recursive outage as (
      select c.id as check_id, c.host_id, ${IS_TAKEN} as handled from ${CHECKS}
      where c.object = 'host' and s.state = 'down'
    ), beneath(top, id) as (
      select o.host_id, o.host_id from outage o
      union select b.top, p.host_id from beneath b join host_parent p on p.parent_id = b.id
    )
    select o.host_id, h.name as host_name, o.check_id, o.handled,
      (select count(*) - 1 from beneath b where b.top = o.host_id)::integer as hosts,
      (select count(*) from "check" x join beneath b on b.id = x.host_id
        where b.top = o.host_id and x.object = 'service')::integer as services
    from outage o join host h on h.id = o.host_id
    order by hosts desc, services desc, h.name limit ${MOST_OUTAGES}`.execute(db);
  return rows.map(({ host_id, host_name, check_id, handled, hosts, services }) => ({
    hostId: host_id,
    hostName: host_name,
    checkId: check_id,
    isHandled: handled,
    hosts,
    services,
  }));
}
