// Which checks a filter catches, as conditions of SQL over check c, check_state s and host h.

import { sql, type RawBuilder } from 'kysely';
import { badRequest } from '#kernel/errors.ts';
import { isUuid } from '#kernel/ids.ts';
import { parseCheckQuery, type CheckTerm, type CheckTrait } from '../query-text.ts';
import type { CheckFilter } from '../views-api.ts';

type Condition = RawBuilder<boolean>;

export const IS_PROBLEM: Condition = sql`s.state in ('critical', 'down', 'unknown', 'warning', 'unreachable')`;

/**
 * Somebody has it, or something above explains it. A problem that is kept quiet for another reason
 * (flapping, a period, notifications switched off) is still nobody's.
 */
export const IS_TAKEN: Condition = sql`(s.acknowledged <> 'none' or s.downtime_depth > 0 or s.state = 'unreachable'
  or coalesce(s.muted_by in ('acknowledged', 'downtime', 'host_downtime', 'flexible_downtime', 'maintenance',
    'host_down', 'host_dependency', 'service_dependency'), false))`;

export const IS_IN_DOWNTIME: Condition = sql`(s.downtime_depth > 0
  or coalesce(s.muted_by in ('downtime', 'host_downtime', 'flexible_downtime'), false))`;

/** Enabled, and its next run is overdue by more than an interval; the same rule as `isStale`. */
export const isOverdue = (nowMs: number): Condition =>
  sql`(c.enabled and coalesce(${nowMs}::bigint - s.next_check_at_ms > c.interval_sec * 1000, false))`;

const ALWAYS: Condition = sql`true`;

/** Throws `bad_filter` (400) with the place at which the text stops making sense. */
export function narrowChecks(filter: CheckFilter, nowMs: number): Condition {
  const { hostId, kind, state, problems, search } = filter;
  const all: Condition[] = [];
  if (hostId !== undefined) all.push(isUuid(hostId) ? sql`c.host_id = ${hostId}::uuid` : sql`false`);
  if (kind !== undefined) all.push(sql`c.kind = ${kind}`);
  if (state !== undefined) all.push(sql`s.state = ${state}`);
  if (problems) all.push(IS_PROBLEM);
  for (const term of termsOf(search ?? '')) {
    const any = sql<boolean>`(${sql.join(
      term.values.map((value) => conditionOf(term.field, value, nowMs)),
      sql` or `,
    )})`;
    all.push(term.isNegated ? sql`not coalesce(${any}, false)` : any);
  }
  return all.length === 0 ? ALWAYS : sql`(${sql.join(all, sql` and `)})`;
}

function termsOf(text: string): CheckTerm[] {
  const parsed = parseCheckQuery(text);
  if (parsed.ok) return parsed.value;
  throw badRequest('bad_filter', `At character ${parsed.at + 1} of the filter: ${parsed.reason}.`, {
    errors: [{ path: `query.q.${parsed.at}`, message: parsed.reason }],
  });
}

function conditionOf(field: CheckTerm['field'], value: string, nowMs: number): Condition {
  switch (field) {
    case 'text': {
      const pattern = anywhere(value);
      return sql`(c.name ilike ${pattern} or h.name ilike ${pattern} or h.cluster ilike ${pattern})`;
    }
    case 'state':
      return sql`s.state = ${value}`;
    case 'is':
      // The parser lets only traits through.
      return traitOf(value as CheckTrait, nowMs);
    case 'object':
      return sql`c.object = ${value}`;
    case 'host':
      return sql`h.name ilike ${wild(value)}`;
    case 'check':
      return sql`c.name ilike ${wild(value)}`;
    case 'kind':
      return sql`c.kind ilike ${wild(value)}`;
    case 'group':
      return sql`c.host_id in (select m.host_id from host_group_member m join host_group g on g.id = m.group_id
        where g.name ilike ${wild(value)})`;
    case 'servicegroup':
      return sql`exists (select from unnest(c.service_groups) as g(name) where g.name ilike ${wild(value)})`;
    case 'cluster':
      return sql`h.cluster ilike ${wild(value)}`;
    case 'owner':
      return sql`coalesce(h.owner, '') ilike ${wild(value)}`;
    case 'output':
      return sql`s.output ilike ${anywhere(value)}`;
    case 'set':
      return sql`coalesce(c.owner, '') ilike ${wild(value)}`;
    case 'under':
      return sql`c.host_id in (with recursive beneath(id) as (
          select p.host_id from host_parent p join host top on top.id = p.parent_id where top.name ilike ${wild(value)}
          union select p.host_id from host_parent p join beneath b on p.parent_id = b.id
        ) select id from beneath)`;
    default:
      return field satisfies never;
  }
}

function traitOf(trait: CheckTrait, nowMs: number): Condition {
  switch (trait) {
    case 'problem':
      return IS_PROBLEM;
    case 'unhandled':
      return sql`(${IS_PROBLEM} and not ${IS_TAKEN})`;
    case 'handled':
      return sql`(${IS_PROBLEM} and ${IS_TAKEN})`;
    case 'soft':
      return sql`(s.state_type = 'soft' and ${IS_PROBLEM})`;
    case 'hard':
      return sql`(s.state_type = 'hard' and ${IS_PROBLEM})`;
    case 'flapping':
      return sql`s.is_flapping`;
    case 'downtime':
      return IS_IN_DOWNTIME;
    case 'acked':
      return sql`s.acknowledged <> 'none'`;
    case 'muted':
      return sql`s.muted_by is not null`;
    case 'stale':
      return isOverdue(nowMs);
    case 'passive':
      return sql`s.via <> 'active'`;
    case 'active':
      return sql`s.via = 'active'`;
    case 'disabled':
      return sql`not c.enabled`;
    default:
      return trait satisfies never;
  }
}

const escaped = (value: string): string => value.replaceAll(/[\\%_]/g, '\\$&');
const wild = (value: string): string => escaped(value).replaceAll('*', '%');
const anywhere = (value: string): string => `%${escaped(value)}%`;
