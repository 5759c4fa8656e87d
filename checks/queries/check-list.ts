// The list of checks: pages of it, how many a filter catches, and their ids.

import { sql } from 'kysely';
import { badRequest } from '#kernel/errors.ts';
import type { ChecksApi } from '../api.ts';
import type { AnyCheckState, CheckFilter } from '../views-api.ts';
import { summariesOf, type CheckRowDeps } from './check-rows.ts';
import { fromCursor, isBehind, orderOf, RANK, toCursor } from './list-place.ts';
import { IS_PROBLEM, IS_TAKEN, narrowChecks } from './narrow-checks.ts';

const FROM = sql`from "check" c join check_state s on s.check_id = c.id join host h on h.id = c.host_id`;
const MOST_ON_PAGE = 1000;

export function createCheckList(deps: CheckRowDeps): Pick<ChecksApi, 'list' | 'counts' | 'idsOf'> {
  const { db, clock } = deps;
  const where = (filter: CheckFilter) => narrowChecks(filter, clock.nowMs());
  return {
    async list({ sort = 'worst', cursor, limit, ...filter }) {
      const size = Math.min(limit, MOST_ON_PAGE);
      const behind = cursor === undefined ? sql`true` : isBehind(sort, fromCursor(cursor));
      // Ids first: sorting ten thousand whole rows, with rings and outputs, would not fit into memory.
      const { rows } = await sql<{ id: string; rank: number; host_name: string; name: string }>`
        select c.id, ${RANK} as rank, h.name as host_name, c.name ${FROM}
        where ${where(filter)} and ${behind} order by ${orderOf(sort)} limit ${size + 1}`.execute(db);
      const page = rows.slice(0, size);
      const last = page.at(-1);
      return {
        items: await summariesOf(
          deps,
          page.map(({ id }) => id),
        ),
        nextCursor:
          rows.length > size && last
            ? toCursor({ rank: last.rank, hostName: last.host_name, name: last.name, id: last.id })
            : null,
      };
    },

    async counts(filter) {
      const { rows } = await sql<{ state: AnyCheckState; handled: boolean; count: number }>`
        select s.state, (${IS_PROBLEM} and ${IS_TAKEN}) as handled, count(*)::integer as count ${FROM}
        where ${where(filter)} group by 1, 2`.execute(db);
      const counts = { total: 0, unhandled: 0, handled: 0, byState: {} as Partial<Record<AnyCheckState, number>> };
      for (const { state, handled, count } of rows) {
        counts.total += count;
        counts.byState[state] = (counts.byState[state] ?? 0) + count;
        if (handled) counts.handled += count;
        else if (!['ok', 'up', 'pending'].includes(state)) counts.unhandled += count;
      }
      return counts;
    },

    async idsOf(filter, limit) {
      const { rows } = await sql<{ id: string }>`
        select c.id ${FROM} where ${where(filter)} order by ${orderOf('worst')} limit ${limit + 1}`.execute(db);
      if (rows.length > limit) throw badRequest('too_many', `The filter catches more than ${limit} checks. Narrow it.`);
      return rows.map(({ id }) => id);
    },
  };
}
