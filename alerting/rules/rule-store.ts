// SQL of the rule table. Whoever changes a rule notifies RULES_CHANGED in the same
// transaction, so that every rule runner loads the rules anew.

import { sql, type Selectable } from 'kysely';
import { isUuid } from '#kernel/ids.ts';
import { documentJson } from '#store/json.ts';
import type { Db, Trx } from '#store/postgres.ts';
import type { Rule as RuleRow } from '#store/schema.ts';
import type { Rule, RuleDraft, RuleScope } from './rule.ts';

export const RULES_CHANGED = 'plexus_rules';

const toRule = (row: Selectable<RuleRow>): Rule =>
  ({
    id: row.id,
    name: row.name,
    kind: row.kind,
    spec: row.spec,
    severity: row.severity,
    notify: row.notify,
    contactIds: row.contact_ids,
    enabled: row.enabled,
    origin: row.origin,
    version: row.version,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  }) as unknown as Rule;

export async function listRules(db: Db | Trx): Promise<Rule[]> {
  const rows = await db.selectFrom('rule').selectAll().orderBy('name').execute();
  return rows.map(toRule);
}

export async function listEnabledRules<Kind extends Rule['kind']>(
  db: Db | Trx,
  kind: Kind,
): Promise<Extract<Rule, { kind: Kind }>[]> {
  const rows = await db.selectFrom('rule').selectAll().where('kind', '=', kind).where('enabled', '=', true).execute();
  return rows.map(toRule) as Extract<Rule, { kind: Kind }>[];
}

export async function findRule(db: Db | Trx, id: string): Promise<Rule | undefined> {
  if (!isUuid(id)) return undefined;
  const row = await db.selectFrom('rule').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toRule(row);
}

const columnsOf = (draft: RuleDraft) => ({
  name: draft.name,
  kind: draft.kind,
  spec: documentJson(draft.spec),
  severity: draft.severity,
  notify: draft.notify,
  contact_ids: documentJson(draft.contactIds),
  enabled: draft.enabled,
});

export async function insertRule(
  trx: Trx,
  draft: RuleDraft,
  row: { id: string; origin: string | null; nowMs: number },
): Promise<void> {
  await trx
    .insertInto('rule')
    .values({
      ...columnsOf(draft),
      id: row.id,
      origin: row.origin,
      created_at_ms: row.nowMs,
      updated_at_ms: row.nowMs,
    })
    .execute();
  await announce(trx);
}

/** False when `version` is no longer the stored one. */
export async function updateRule(
  trx: Trx,
  draft: RuleDraft,
  row: { id: string; version: number; nowMs: number },
): Promise<boolean> {
  const result = await trx
    .updateTable('rule')
    .set({ ...columnsOf(draft), version: row.version + 1, updated_at_ms: row.nowMs })
    .where('id', '=', row.id)
    .where('version', '=', row.version)
    .executeTakeFirst();
  await announce(trx);
  return result.numUpdatedRows === 1n;
}

export async function deleteRule(trx: Trx, id: string): Promise<void> {
  await trx.deleteFrom('rule').where('id', '=', id).execute();
  await announce(trx);
}

const announce = (trx: Trx) => sql`select pg_notify(${RULES_CHANGED}, '')`.execute(trx);

/** "cluster/hostKey" of every host that belongs to the scope by id or by group. */
export async function listScopeMembers(db: Db, scope: RuleScope): Promise<Set<string>> {
  const rows = await db
    .selectFrom('host_alias')
    .select('value')
    .where('kind', '=', 'gmond')
    .where((where) =>
      where.or([
        where('host_id', 'in', scope.hostIds?.length ? scope.hostIds : [sql<string>`null`]),
        where('host_id', 'in', (members) =>
          members
            .selectFrom('host_group_member')
            .select('host_id')
            .where('group_id', 'in', scope.groupIds?.length ? scope.groupIds : [sql<string>`null`]),
        ),
      ]),
    )
    .execute();
  return new Set(rows.map((row) => row.value));
}

/** Alerts that are not resolved, by rule id. */
export async function countLiveAlerts(db: Db): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('alert')
    .select(({ fn }) => ['rule_id', fn.countAll<number>().as('count')])
    .where('state', '<>', 'resolved')
    .groupBy('rule_id')
    .execute();
  return new Map(rows.flatMap((row) => (row.rule_id === null ? [] : [[row.rule_id, Number(row.count)]])));
}
