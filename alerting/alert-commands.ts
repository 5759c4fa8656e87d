// What people do to an alert: each command with its event, its audit entry and the
// deliveries that follow, in one transaction.

import type { Clock } from '#kernel/clock.ts';
import type { Actor } from '#kernel/domain/actor.ts';
import { conflict, notFound } from '#kernel/errors.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { transaction, type Db, type Trx } from '#store/postgres.ts';
import type { AlertChanges } from './alert-change.ts';
import { lockAlert } from './alert-store.ts';
import { personName, type AlertRecord } from './alert.ts';

export interface AlertComment {
  id: string;
  by: string;
  comment: string;
  atMs: number;
}

export function createAlertCommands(deps: { db: Db; clock: Clock; changes: AlertChanges; afterCommit: () => void }) {
  const { db, clock, changes } = deps;

  async function change(
    id: string,
    actor: Actor,
    action: string,
    work: (trx: Trx, alert: AlertRecord, atMs: number) => Promise<boolean>,
    comment?: string,
  ): Promise<void> {
    await transaction(db, async (trx) => {
      const alert = await lockAlert(trx, id);
      if (!alert) throw notFound('alert', id);
      const atMs = clock.nowMs();
      const hasChanged = await work(trx, alert, atMs);
      if (comment) await insertComment(trx, id, { by: actor, comment, atMs });
      if (!hasChanged && !comment) return;
      await appendAudit(trx, {
        atMs,
        actor: actor.label,
        action: `alert.${action}`,
        object: `alert:${id} ${alert.title}`,
        result: 'done',
        source: actor.source,
        details: comment ? { comment } : {},
      });
    });
    deps.afterCommit();
  }

  const mustBeLive = (alert: AlertRecord) => {
    if (alert.state === 'resolved')
      throw conflict('alert_resolved', 'This alert is resolved already. Reload to see how it ended.');
  };

  return {
    /** Idempotent for the same person; another person takes it over. Fails with `alert_resolved`. */
    acknowledge: (id: string, actor: Actor, comment?: string) =>
      change(
        id,
        actor,
        'acknowledge',
        (trx, alert, atMs) => {
          mustBeLive(alert);
          return changes.acknowledge(trx, alert, { by: actor.label, atMs, ...(comment && { comment }) });
        },
        comment,
      ),

    unacknowledge: (id: string, actor: Actor, comment?: string) =>
      change(
        id,
        actor,
        'unacknowledge',
        (trx, alert, atMs) => {
          mustBeLive(alert);
          return changes.unacknowledge(trx, alert, { by: actor.label, atMs });
        },
        comment,
      ),

    /** Ends it although the condition may still hold; it opens again when the condition clears and returns. */
    resolve: (id: string, actor: Actor, comment?: string) =>
      change(
        id,
        actor,
        'resolve',
        async (trx, alert, atMs) => {
          if (alert.state === 'resolved') return false;
          const by = personName(actor.label);
          const evidence = { summary: `closed by ${by}`, ...(comment && { detail: comment }) };
          await changes.end(trx, alert, { kind: 'resolve', atMs }, { evidence, by }, undefined);
          return true;
        },
        comment,
      ),

    async comment(id: string, actor: Actor, comment: string): Promise<AlertComment> {
      return transaction(db, async (trx) => {
        const alert = await lockAlert(trx, id);
        if (!alert) throw notFound('alert', id);
        const atMs = clock.nowMs();
        await changes.comment(trx, alert, { by: actor.label, comment, atMs });
        return insertComment(trx, id, { by: actor, comment, atMs });
      });
    },
  };
}

async function insertComment(
  trx: Trx,
  alertId: string,
  said: { by: Actor; comment: string; atMs: number },
): Promise<AlertComment> {
  const row = { id: uuidv7(said.atMs), by: personName(said.by.label), comment: said.comment, atMs: said.atMs };
  await trx
    .insertInto('alert_comment')
    .values({ id: row.id, alert_id: alertId, by_name: row.by, comment: row.comment, at_ms: row.atMs })
    .execute();
  return row;
}
