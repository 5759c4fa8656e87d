// SQL of the remembered conditions: one row for each series that is not clear.

import type { ConditionState } from '#kernel/domain/condition.ts';
import { json } from '#store/json.ts';
import { transaction, type Db, type Trx } from '#store/postgres.ts';

/** What the rule runner remembers of one series of one rule. A series that is clear is not remembered. */
export interface SeriesCondition {
  cluster: string;
  host: string;
  hostKey: string;
  metric: string;
  state: ConditionState;
  /** First sample of the breach: identity of the condition, and what people read as "since". */
  breachedAtMs: number;
}

export interface ConditionRow {
  ruleId: string;
  /** Key of the series within its rule. */
  series: string;
  /** Undefined when the series is clear again. */
  condition: SeriesCondition | undefined;
}

export const seriesOf = (of: { cluster: string; hostKey: string; metric: string }): string =>
  JSON.stringify([of.cluster, of.hostKey, of.metric]);

export async function readConditions(db: Db, limit: number): Promise<ConditionRow[]> {
  const rows = await db.selectFrom('rule_condition').selectAll().orderBy('updated_at_ms').limit(limit).execute();
  return rows.map((row) => ({
    ruleId: row.rule_id,
    series: row.series,
    condition: row.state as unknown as SeriesCondition,
  }));
}

const BATCH = 500;

/** Writes the rows whose rule still stands and is enabled; those of others are of no use any more. */
export async function writeConditions(db: Db, rows: readonly ConditionRow[], nowMs: number): Promise<void> {
  for (let at = 0; at < rows.length; at += BATCH) {
    await transaction(db, (trx) => writeBatch(trx, rows.slice(at, at + BATCH), nowMs));
  }
}

async function writeBatch(trx: Trx, rows: ConditionRow[], nowMs: number): Promise<void> {
  const ruleIds = [...new Set(rows.map((row) => row.ruleId))];
  const standing = await trx
    .selectFrom('rule')
    .select('id')
    .where('id', 'in', ruleIds)
    .where('enabled', '=', true)
    .forShare()
    .execute();
  const enabled = new Set(standing.map((rule) => rule.id));
  const kept = rows.filter((row) => row.condition !== undefined && enabled.has(row.ruleId));
  if (kept.length > 0) {
    await trx
      .insertInto('rule_condition')
      .values(
        kept.map((row) => ({
          rule_id: row.ruleId,
          series: row.series,
          state: json(row.condition),
          updated_at_ms: nowMs,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['rule_id', 'series']).doUpdateSet(({ ref }) => ({
          state: ref('excluded.state'),
          updated_at_ms: ref('excluded.updated_at_ms'),
        })),
      )
      .execute();
  }
  for (const row of rows) {
    if (row.condition === undefined)
      await trx
        .deleteFrom('rule_condition')
        .where('rule_id', '=', row.ruleId)
        .where('series', '=', row.series)
        .execute();
  }
}
