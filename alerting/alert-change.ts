// Carries out what alert-state decides: the alert, its event and the deliveries that
// follow from it, all within the caller's transaction.

import type { LoopEvidence, NewEvent } from '#kernel/domain/event.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { appendEvents } from '#store/event-log.ts';
import type { Trx } from '#store/postgres.ts';
import { decideAlert, type AlertInput, type AlertPolicy } from './alert-state.ts';
import { insertAlert, lockLatestAlert, saveAlert } from './alert-store.ts';
import { personName, type AlertRecord, type AlertSubject } from './alert.ts';
import { planDeliveries, type Notice, type NoticePolicy } from './notify/plan.ts';
import type { Rule } from './rules/rule.ts';

interface MetCondition {
  rule: Rule;
  subject: AlertSubject;
  conditionAtMs: number;
  atMs: number;
  evidence: LoopEvidence;
  value?: number;
  threshold?: number;
}

interface ClearedCondition {
  conditionAtMs: number;
  atMs: number;
  evidence: LoopEvidence;
}

type AlertingPolicy = AlertPolicy &
  NoticePolicy & {
    /** How long automation may stay silent before people are told, where it was to try first. */
    reflexAnswersWithinMs: number;
  };

export type AlertChanges = ReturnType<typeof createAlertChanges>;

type AlertEventKind = Extract<NewEvent['kind'], `alert.${string}`>;

export function createAlertChanges(policy: AlertingPolicy) {
  const plan = (trx: Trx, notice: Notice) => planDeliveries(trx, notice, policy);

  /** Appends an alert event; returns its id. */
  async function tell<Kind extends AlertEventKind>(
    trx: Trx,
    alert: AlertRecord,
    event: { kind: Kind; atMs: number; causeId: string | undefined; runId?: string },
    extra: Omit<NewEvent<Kind>['data'], 'title' | 'severity' | 'state' | 'ruleId'>,
  ): Promise<string> {
    const data = {
      title: alert.title,
      severity: alert.severity,
      state: alert.state,
      ruleId: alert.ruleId ?? '',
      ...extra,
    };
    const [id] = await appendEvents(trx, [
      {
        kind: event.kind,
        atMs: event.atMs,
        alertId: alert.id,
        ...(alert.hostId && { hostId: alert.hostId }),
        ...(alert.checkId && { checkId: alert.checkId }),
        ...(event.runId && { runId: event.runId }),
        ...(event.causeId !== undefined && { causeId: event.causeId }),
        data,
      } as NewEvent,
    ]);
    if (id === undefined) throw new Error('the event log returned no id');
    return id;
  }

  const tellsAtOnce = (rule: Rule) => rule.notify === 'at_once';

  async function open(trx: Trx, met: MetCondition, causeId: string | undefined): Promise<void> {
    const { rule, subject } = met;
    const alert: AlertRecord = {
      id: uuidv7(met.atMs),
      fingerprint: subject.fingerprint,
      ruleId: rule.id,
      ruleName: rule.name,
      hostId: subject.hostId ?? null,
      checkId: subject.checkId ?? null,
      title: subject.title,
      severity: rule.severity,
      labels: subject.labels,
      openedEvidence: met.evidence,
      resolvedEvidence: null,
      value: met.value ?? null,
      threshold: met.threshold ?? null,
      state: 'open',
      conditionAtMs: met.conditionAtMs,
      openedAtMs: met.atMs,
      acknowledgedAtMs: null,
      resolvedBy: null,
      healedByRunId: null,
      reopened: 0,
      pagesSent: 0,
      reflexStatus: null,
      reflexSummary: null,
      reflexRunId: null,
      escalateAtMs: tellsAtOnce(rule) ? null : met.atMs + policy.reflexAnswersWithinMs,
    };
    await insertAlert(trx, alert, causeId);
    const event = { kind: 'alert.opened' as const, atMs: met.atMs, causeId };
    const eventId = await tell(trx, alert, event, { evidence: met.evidence });
    if (tellsAtOnce(rule)) await plan(trx, { kind: 'problem', alert, rule, eventId, atMs: met.atMs });
  }

  async function reopen(trx: Trx, before: AlertRecord, met: MetCondition, causeId: string | undefined): Promise<void> {
    const { acknowledgedBy: _owner, resolvedAtMs: _at, ...kept } = before;
    const alert: AlertRecord = {
      ...kept,
      state: 'open',
      conditionAtMs: met.conditionAtMs,
      reopened: before.reopened + 1,
      openedEvidence: met.evidence,
      resolvedEvidence: null,
      resolvedBy: null,
      healedByRunId: null,
      acknowledgedAtMs: null,
      value: met.value ?? null,
      reflexStatus: null,
      reflexSummary: null,
      reflexRunId: null,
      escalateAtMs: tellsAtOnce(met.rule) ? null : met.atMs + policy.reflexAnswersWithinMs,
    };
    await saveAlert(trx, alert);
    const event = { kind: 'alert.reopened' as const, atMs: met.atMs, causeId };
    const eventId = await tell(trx, alert, event, { evidence: met.evidence });
    if (tellsAtOnce(met.rule)) await plan(trx, { kind: 'problem', alert, rule: met.rule, eventId, atMs: met.atMs });
  }

  /** Ends an alert that is live; `by` is the person or the object that ended it, absent when the condition did. */
  async function end(
    trx: Trx,
    alert: AlertRecord,
    input: Extract<AlertInput, { kind: 'cleared' | 'resolve' }>,
    why: { evidence: LoopEvidence; by?: string },
    causeId: string | undefined,
  ): Promise<void> {
    const { change, life } = decideAlert(alert, input, policy);
    if (life === undefined || change === 'none') return;
    if (change === 'seen') return saveAlert(trx, { ...alert, ...life });
    const isHealed = why.by === undefined && (alert.reflexStatus === 'fixing' || alert.reflexStatus === 'verifying');
    const healedByRunId = isHealed ? alert.reflexRunId : null;
    const resolved: AlertRecord = {
      ...alert,
      ...life,
      resolvedEvidence: why.evidence,
      resolvedBy: why.by ?? null,
      healedByRunId,
      escalateAtMs: null,
    };
    await saveAlert(trx, resolved);
    const event = {
      kind: 'alert.resolved' as const,
      atMs: input.atMs,
      causeId,
      ...(healedByRunId !== null && { runId: healedByRunId }),
    };
    const eventId = await tell(trx, resolved, event, {
      evidence: why.evidence,
      ...(healedByRunId !== null && { healedByRunId }),
      ...(why.by !== undefined && { by: why.by }),
    });
    await plan(trx, { kind: 'recovery', alert: resolved, eventId, atMs: input.atMs });
  }

  return {
    end,

    async met(trx: Trx, met: MetCondition, causeId: string | undefined): Promise<void> {
      const before = await lockLatestAlert(trx, met.subject.fingerprint);
      const { conditionAtMs, atMs } = met;
      const { change, life } = decideAlert(before, { kind: 'met', conditionAtMs, atMs }, policy);
      if (change === 'opened') return open(trx, met, causeId);
      if (before === undefined || life === undefined) return;
      if (change === 'reopened') return reopen(trx, before, met, causeId);
      if (change === 'seen') await saveAlert(trx, { ...before, ...life });
    },

    async cleared(
      trx: Trx,
      fingerprint: string,
      cleared: ClearedCondition,
      causeId: string | undefined,
    ): Promise<void> {
      const alert = await lockLatestAlert(trx, fingerprint);
      const { conditionAtMs, atMs, evidence } = cleared;
      if (alert) await end(trx, alert, { kind: 'cleared', conditionAtMs, atMs }, { evidence }, causeId);
    },

    /** False when it changed nothing: it was theirs already. `causeId`: the event of whoever has it with the alert. */
    async acknowledge(
      trx: Trx,
      alert: AlertRecord,
      ack: { by: string; comment?: string; atMs: number; causeId?: string },
    ): Promise<boolean> {
      const by = personName(ack.by);
      const { change, life } = decideAlert(alert, { kind: 'acknowledge', by }, policy);
      if (change !== 'acknowledged' || life === undefined) return false;
      const owned: AlertRecord = { ...alert, ...life, acknowledgedAtMs: ack.atMs, escalateAtMs: null };
      await saveAlert(trx, owned);
      const said = { by, ...(ack.comment !== undefined && { comment: ack.comment }) };
      const event = { kind: 'alert.acknowledged' as const, atMs: ack.atMs, causeId: ack.causeId };
      const eventId = await tell(trx, owned, event, said);
      await plan(trx, { kind: 'acknowledgement', alert: owned, eventId, atMs: ack.atMs, ...said });
      return true;
    },

    async unacknowledge(
      trx: Trx,
      alert: AlertRecord,
      ack: { by: string; atMs: number; causeId?: string },
    ): Promise<boolean> {
      const { change, life } = decideAlert(alert, { kind: 'unacknowledge' }, policy);
      if (change !== 'unacknowledged' || life === undefined) return false;
      const { acknowledgedBy: _owner, ...disowned } = { ...alert, ...life, acknowledgedAtMs: null };
      await saveAlert(trx, disowned);
      const event = { kind: 'alert.unacknowledged' as const, atMs: ack.atMs, causeId: ack.causeId };
      await tell(trx, disowned, event, { by: personName(ack.by) });
      return true;
    },

    async comment(trx: Trx, alert: AlertRecord, said: { by: string; comment: string; atMs: number }): Promise<void> {
      const event = { kind: 'alert.commented' as const, atMs: said.atMs, causeId: undefined };
      await tell(trx, alert, event, { by: personName(said.by), comment: said.comment });
    },

    /** Tells people that automation will not, or did not, help. */
    async escalate(
      trx: Trx,
      alert: AlertRecord,
      why: { reason: string; atMs: number },
      causeId: string | undefined,
    ): Promise<void> {
      const told: AlertRecord = { ...alert, escalateAtMs: null };
      await saveAlert(trx, told);
      const event = { kind: 'alert.escalated' as const, atMs: why.atMs, causeId };
      const eventId = await tell(trx, told, event, { reason: why.reason });
      await plan(trx, { kind: 'escalation', alert: told, eventId, atMs: why.atMs, reason: why.reason });
    },
  };
}
