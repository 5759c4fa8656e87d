// What stands around one check: parents, dependencies, downtimes, comments, and its history.

import { sql } from 'kysely';
import type { StateType } from '#kernel/domain/check-state.ts';
import type { Db } from '#store/postgres.ts';
import type {
  AnyCheckState,
  CheckComment,
  CheckDowntime,
  CheckHistoryEntry,
  CheckLink,
  CheckRelations,
  HostLink,
} from '../views-api.ts';

const MOST_LINKS = 100;
const MOST_LINES = 200;

/** Both exist. */
export interface CheckPlace {
  id: string;
  hostId: string;
}

export async function readRelations(db: Db, { id, hostId }: CheckPlace): Promise<CheckRelations> {
  const [parents, children, masters, dependents, downtimes] = await Promise.all([
    readHostLinks(db, { of: hostId, end: 'parent_id' }),
    readHostLinks(db, { of: hostId, end: 'host_id' }),
    readCheckLinks(db, { of: id, end: 'master_id' }),
    readCheckLinks(db, { of: id, end: 'dependent_id' }),
    readDowntimes(db, { id, hostId }),
  ]);
  return { parents, children, masters, dependents, downtimes };
}

async function readHostLinks(db: Db, link: { of: string; end: 'parent_id' | 'host_id' }): Promise<HostLink[]> {
  const other = link.end === 'parent_id' ? 'host_id' : 'parent_id';
  const { rows } = await sql<{ id: string; name: string; check_id: string | null; state: AnyCheckState | null }>`
    select h.id, h.name, c.id as check_id, s.state
    from host_parent p join host h on h.id = ${sql.ref(`p.${link.end}`)}
      left join lateral (select id from "check" where host_id = h.id and object = 'host'
        order by created_at_ms limit 1) c on true
      left join check_state s on s.check_id = c.id
    where ${sql.ref(`p.${other}`)} = ${link.of}::uuid order by h.name limit ${MOST_LINKS}`.execute(db);
  return rows.map((row) => ({
    hostId: row.id,
    hostName: row.name,
    checkId: row.check_id,
    state: row.state ?? 'pending',
  }));
}

interface CheckLinkRow {
  id: string;
  name: string;
  host_id: string;
  host_name: string;
  object: 'host' | 'service';
  state: AnyCheckState;
  purpose: CheckLink['purpose'];
  states: string[];
  period: string | null;
  inherits_parent: boolean;
}

async function readCheckLinks(db: Db, link: { of: string; end: 'master_id' | 'dependent_id' }): Promise<CheckLink[]> {
  const other = link.end === 'master_id' ? 'dependent_id' : 'master_id';
  const { rows } = await sql<CheckLinkRow>`
    select c.id, c.name, c.host_id, h.name as host_name, c.object, s.state,
      d.purpose, d.states, d.period, d.inherits_parent
    from check_dependency d join "check" c on c.id = ${sql.ref(`d.${link.end}`)}
      join check_state s on s.check_id = c.id join host h on h.id = c.host_id
    where ${sql.ref(`d.${other}`)} = ${link.of}::uuid
    order by h.name, c.name, d.purpose limit ${MOST_LINKS}`.execute(db);
  return rows.map(({ host_id, host_name, inherits_parent, ...row }) => ({
    ...row,
    hostId: host_id,
    hostName: host_name,
    inheritsParent: inherits_parent,
  }));
}

async function readDowntimes(db: Db, { id, hostId }: CheckPlace): Promise<CheckDowntime[]> {
  const rows = await db
    .selectFrom('downtime')
    .selectAll()
    .where('host_id', '=', hostId)
    .where('status', 'in', ['pending', 'active'])
    .where((eb) => eb.or([eb('check_id', 'is', null), eb('check_id', '=', id)]))
    .orderBy('starts_at_ms')
    .limit(MOST_LINKS)
    .execute();
  return rows.map((row) => ({
    id: String(row.id),
    author: row.author,
    comment: row.comment,
    startsAtMs: row.starts_at_ms,
    endsAtMs: row.ends_at_ms,
    isFixed: row.is_fixed,
    isActive: row.status === 'active',
    isOfHost: row.check_id === null,
  }));
}

export async function readHistory(db: Db, id: string): Promise<CheckHistoryEntry[]> {
  const rows = await db
    .selectFrom('check_history')
    .select(['at_ms', 'state', 'state_type', 'in_downtime', 'output'])
    .where('check_id', '=', id)
    .orderBy('at_ms', 'desc')
    .orderBy('seq', 'desc')
    .limit(MOST_LINES)
    .execute();
  return rows.map((row) => ({
    atMs: row.at_ms,
    state: row.state as CheckHistoryEntry['state'],
    stateType: row.state_type as StateType,
    inDowntime: row.in_downtime,
    output: row.output,
  }));
}

export async function readComments(db: Db, { id, hostId }: CheckPlace): Promise<CheckComment[]> {
  const rows = await db
    .selectFrom('check_comment')
    .select(['id', 'kind', 'author', 'comment', 'at_ms', 'expires_at_ms'])
    .where('host_id', '=', hostId)
    .where((eb) => eb.or([eb('check_id', 'is', null), eb('check_id', '=', id)]))
    .orderBy('at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(MOST_LINES)
    .execute();
  return rows.map((row) => ({
    id: String(row.id),
    kind: row.kind as CheckComment['kind'],
    author: row.author,
    comment: row.comment,
    atMs: row.at_ms,
    expiresAtMs: row.expires_at_ms,
  }));
}
