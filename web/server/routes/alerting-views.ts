// Alerting's records as the contract shows them.

import type { AlertingApi } from '#alerting/api.ts';
import { hasRole, type Actor } from '#kernel/domain/actor.ts';
import type { Alert, Contact, Delivery, LoopStep, ProblemRow, Rule } from '#web/contract/alerting.ts';
import { instant, instantOrNull } from '#web/contract/shared.ts';
import { describeRule } from '#alerting/api.ts';

type Listed<List extends (...args: never[]) => Promise<unknown[]>> = Awaited<ReturnType<List>>[number];
type AlertView = Listed<AlertingApi['alerts']>;
type ProblemView = Listed<AlertingApi['problems']>;
type EpisodeView = Awaited<ReturnType<AlertingApi['episode']>>;

export function toAlert(view: AlertView): Alert {
  const { cluster = '', host, metric, checkName, operator, unit = '' } = view.labels;
  return {
    id: view.id,
    title: view.title,
    severity: view.severity,
    state: view.state,
    ruleId: view.ruleId,
    ruleName: view.ruleName,
    host: host === undefined ? null : { id: view.hostId, name: host, cluster, owner: view.hostOwner },
    check: view.checkId === null ? null : { id: view.checkId, name: checkName ?? '' },
    series: metric === undefined || host === undefined ? null : { cluster, host, metric },
    value: view.value,
    threshold: view.threshold,
    operator: operator ?? null,
    unit,
    evidence: view.openedEvidence,
    openedAt: instant(view.openedAtMs),
    acknowledgedAt: instantOrNull(view.acknowledgedAtMs),
    owner: view.acknowledgedBy ?? null,
    resolvedAt: instantOrNull(view.resolvedAtMs),
    resolvedBy: view.resolvedBy,
    resolvedEvidence: view.resolvedEvidence,
    healedByRunId: view.healedByRunId,
    reopened: view.reopened,
    pagesSent: view.pagesSent,
    reflexStatus: view.reflexStatus,
    reflexSummary: view.reflexSummary,
    lastComment: view.lastComment && {
      by: view.lastComment.by,
      comment: view.lastComment.comment,
      at: instant(view.lastComment.atMs),
    },
  };
}

export const toProblem = (view: ProblemView): ProblemRow => ({
  ...toAlert(view),
  checkHistory: view.checkHistory.map(({ atMs, state }) => ({ at: atMs, state })),
});

const toStep = ({ atMs, ...step }: EpisodeView['loop']['sensed']): LoopStep => ({ ...step, at: instantOrNull(atMs) });

export const toLoop = ({ sensed, judged, acted, verified }: EpisodeView['loop']) => ({
  sensed: toStep(sensed),
  judged: toStep(judged),
  acted: toStep(acted),
  verified: toStep(verified),
});

export const toDelivery = (view: Listed<AlertingApi['deliveries']>): Delivery => ({
  id: view.id,
  alertId: view.alertId,
  contactId: view.contactId,
  contactName: view.contactName,
  channel: view.channel,
  kind: view.kind,
  status: view.status,
  attempts: view.attempts,
  subject: view.message.subject,
  createdAt: instant(view.createdAtMs),
  sentAt: instantOrNull(view.sentAtMs),
  latencyMs: view.sentAtMs === null ? null : view.sentAtMs - view.createdAtMs,
  nextAttemptAt: view.status === 'pending' ? instant(view.nextAttemptAtMs) : null,
  lastError: view.lastError,
});

export function toRule(view: Listed<AlertingApi['rules']>): Rule {
  const { createdAtMs, updatedAtMs, ...rule } = view;
  return { ...rule, summary: describeRule(view), createdAt: instant(createdAtMs), updatedAt: instant(updatedAtMs) };
}

/** Addresses of webhooks are often secrets themselves: only who may change them sees them. */
export const toContact = (contact: Listed<AlertingApi['contacts']>, actor: Actor): Contact => ({
  id: contact.id,
  name: contact.name,
  channel: contact.channel,
  isDefault: contact.isDefault,
  enabled: contact.enabled,
  fallbackId: contact.fallbackId,
  version: contact.version,
  address: contact.channel === 'mail' && hasRole(actor, 'admin') ? contact.address : null,
  url: contact.channel !== 'mail' && hasRole(actor, 'admin') ? (contact.url ?? null) : null,
  hasSecret: contact.channel !== 'mail' && contact.secret !== undefined,
  createdAt: instant(contact.createdAtMs),
});
