// SQL of the alert table: rows in and out of `AlertRecord`.

import { sql, type Selectable } from 'kysely';
import { isUuid } from '#kernel/ids.ts';
import { json } from '#store/json.ts';
import type { Db, Trx } from '#store/postgres.ts';
import type { Alert as AlertRow } from '#store/schema.ts';
import type { AlertRecord } from './alert.ts';

export const toAlert = (row: Selectable<AlertRow>): AlertRecord =>
  ({
    id: row.id,
    fingerprint: row.fingerprint,
    ruleId: row.rule_id,
    ruleName: row.rule_name,
    hostId: row.host_id,
    checkId: row.check_id,
    title: row.title,
    severity: row.severity,
    labels: row.labels,
    openedEvidence: row.opened_evidence,
    resolvedEvidence: row.resolved_evidence,
    value: row.value,
    threshold: row.threshold,
    state: row.state,
    conditionAtMs: row.condition_at_ms,
    openedAtMs: row.opened_at_ms,
    acknowledgedAtMs: row.acknowledged_at_ms,
    ...(row.acknowledged_by !== null && { acknowledgedBy: row.acknowledged_by }),
    ...(row.resolved_at_ms !== null && { resolvedAtMs: row.resolved_at_ms }),
    resolvedBy: row.resolved_by,
    healedByRunId: row.healed_by_run_id,
    reopened: row.reopened,
    pagesSent: row.pages_sent,
    reflexStatus: row.reflex_status,
    reflexSummary: row.reflex_summary,
    reflexRunId: row.reflex_run_id,
    escalateAtMs: row.escalate_at_ms,
  }) as unknown as AlertRecord;

const columnsOf = (alert: AlertRecord) => ({
  fingerprint: alert.fingerprint,
  rule_id: alert.ruleId,
  rule_name: alert.ruleName,
  host_id: alert.hostId,
  check_id: alert.checkId,
  title: alert.title,
  severity: alert.severity,
  labels: json(alert.labels),
  opened_evidence: json(alert.openedEvidence),
  resolved_evidence: alert.resolvedEvidence && json(alert.resolvedEvidence),
  value: alert.value,
  threshold: alert.threshold,
  state: alert.state,
  condition_at_ms: alert.conditionAtMs,
  opened_at_ms: alert.openedAtMs,
  acknowledged_at_ms: alert.acknowledgedAtMs,
  acknowledged_by: alert.acknowledgedBy ?? null,
  resolved_at_ms: alert.resolvedAtMs ?? null,
  resolved_by: alert.resolvedBy,
  healed_by_run_id: alert.healedByRunId,
  reopened: alert.reopened,
  reflex_status: alert.reflexStatus,
  reflex_summary: alert.reflexSummary,
  reflex_run_id: alert.reflexRunId,
  escalate_at_ms: alert.escalateAtMs,
});

export async function insertAlert(trx: Trx, alert: AlertRecord, openedEventId: string | undefined): Promise<void> {
  await trx
    .insertInto('alert')
    .values({
      ...columnsOf(alert),
      id: alert.id,
      opened_event_id: openedEventId === undefined ? null : Number(openedEventId),
    })
    .execute();
}

/** Everything but the count of pages, which the deliveries keep. */
export async function saveAlert(trx: Trx, alert: AlertRecord): Promise<void> {
  await trx.updateTable('alert').set(columnsOf(alert)).where('id', '=', alert.id).execute();
}

/** The newest alert of the subject, live or not, locked until the transaction ends. */
export async function lockLatestAlert(trx: Trx, fingerprint: string): Promise<AlertRecord | undefined> {
  const row = await trx
    .selectFrom('alert')
    .selectAll()
    .where('fingerprint', '=', fingerprint)
    .orderBy('opened_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
  return row && toAlert(row);
}

export async function lockAlert(trx: Trx, id: string): Promise<AlertRecord | undefined> {
  if (!isUuid(id)) return undefined;
  const row = await trx.selectFrom('alert').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  return row && toAlert(row);
}

/** Live alerts of a rule, a host or a check, locked until the transaction ends. */
export async function lockLiveAlerts(
  trx: Trx,
  of: { ruleId: string } | { hostId: string } | { checkId: string },
): Promise<AlertRecord[]> {
  const rows = await trx
    .selectFrom('alert')
    .selectAll()
    .where('state', '<>', 'resolved')
    .$if('ruleId' in of, (query) => query.where('rule_id', '=', 'ruleId' in of ? of.ruleId : ''))
    .$if('hostId' in of, (query) => query.where('host_id', '=', 'hostId' in of ? of.hostId : ''))
    .$if('checkId' in of, (query) => query.where('check_id', '=', 'checkId' in of ? of.checkId : ''))
    .orderBy('opened_at_ms')
    .forUpdate()
    .execute();
  return rows.map(toAlert);
}

/** Live alerts of a host that had no row yet when they opened get its id. */
export async function adoptHost(trx: Trx, hostId: string): Promise<void> {
  await sql`
    update alert set host_id = ${hostId} from host_alias
    where alert.host_id is null and alert.state <> 'resolved' and host_alias.host_id = ${hostId}
      and host_alias.kind = 'gmond'
      and host_alias.value = concat(alert.labels->>'cluster', '/', alert.labels->>'hostKey')`.execute(trx);
}

/** Open alerts whose time for automation to try first has passed. */
export async function listOverdueForPeople(db: Db, nowMs: number, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('alert')
    .select('id')
    .where('escalate_at_ms', '<=', nowMs)
    .where('state', '=', 'open')
    .orderBy('escalate_at_ms')
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}
