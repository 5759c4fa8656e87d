// What others observed becomes conditions of alerts: metric conditions, hard check
// states, hosts that fell silent or came back.

import type { EventKind, StoredEvent } from '#kernel/domain/event.ts';
import type { Trx } from '#store/postgres.ts';
import type { AlertChanges } from './alert-change.ts';
import { adoptHost, lockLiveAlerts } from './alert-store.ts';
import { checkFingerprint, hostFingerprint, metricFingerprint, type AlertLabels } from './alert.ts';
import { findHost } from './host-lookup.ts';
import { formatDuration, formatValue, shorten } from './notify/wording.ts';
import { matchesGlob, matchesScope } from './rules/rule-scope.ts';
import { findRule, listEnabledRules } from './rules/rule-store.ts';
import { PROBLEM_STATES, type ProblemState, type RuleOf } from './rules/rule.ts';

export const CONDITION_KINDS = [
  'rule.condition_met',
  'rule.condition_cleared',
  'host.quiet',
  'host.back',
  'host.seen',
  'check.state_changed',
  'check.unmuted',
] as const satisfies EventKind[];

type ConditionEvent = StoredEvent<(typeof CONDITION_KINDS)[number]>;

const OUTPUT_LIMIT = 500;

/** Idempotent: what an event tells a second time is a repeat to alert-state. */
export async function takeCondition(trx: Trx, changes: AlertChanges, event: ConditionEvent): Promise<void> {
  switch (event.kind) {
    case 'rule.condition_met':
      return metricMet(trx, changes, event);
    case 'rule.condition_cleared':
      return metricCleared(trx, changes, event);
    case 'host.quiet':
      return hostQuiet(trx, changes, event);
    case 'host.back':
    // A collector that begins anew, or had forgotten the host, does not know that it was quiet.
    case 'host.seen':
      return hostBack(trx, changes, event);
    case 'check.state_changed':
    case 'check.unmuted':
      return checkChanged(trx, changes, event);
    default:
      return event satisfies never;
  }
}

async function metricMet(trx: Trx, changes: AlertChanges, event: StoredEvent<'rule.condition_met'>): Promise<void> {
  const { data } = event;
  const rule = await findRule(trx, data.ruleId);
  // The rule may have been deleted, disabled or changed while the event was on its way.
  if (rule?.kind !== 'metric' || !rule.enabled || rule.spec.metric !== data.metric) return;
  const host = await findHost(trx, { ...data, hostId: event.hostId });
  if (host?.isRetired) return;
  const { operator, unit, forSec } = rule.spec;
  const held = forSec > 0 ? `, held for ${formatDuration(event.atMs - data.sinceMs)}` : '';
  await changes.met(
    trx,
    {
      rule,
      subject: {
        fingerprint: metricFingerprint(rule.id, data),
        title: `${rule.name} on ${data.host}`,
        ...(host && { hostId: host.id }),
        labels: {
          cluster: data.cluster,
          host: data.host,
          hostKey: data.hostKey,
          metric: data.metric,
          operator,
          ...(unit !== undefined && { unit }),
        },
      },
      conditionAtMs: data.sinceMs,
      atMs: event.atMs,
      evidence: {
        summary: `${data.metric} ${formatValue(data.value, unit)}`,
        detail: `limit ${operator} ${formatValue(data.threshold, unit)}${held}`,
      },
      value: data.value,
      threshold: data.threshold,
    },
    event.id,
  );
}

async function metricCleared(
  trx: Trx,
  changes: AlertChanges,
  event: StoredEvent<'rule.condition_cleared'>,
): Promise<void> {
  const { data } = event;
  const rule = await findRule(trx, data.ruleId);
  const unit = rule?.kind === 'metric' ? rule.spec.unit : undefined;
  await changes.cleared(
    trx,
    metricFingerprint(data.ruleId, data),
    {
      conditionAtMs: data.sinceMs,
      atMs: event.atMs,
      evidence: {
        summary: `${data.metric} ${formatValue(data.value, unit)}`,
        detail: `back within the limit of ${formatValue(data.threshold, unit)}`,
      },
    },
    event.id,
  );
}

async function hostQuiet(trx: Trx, changes: AlertChanges, event: StoredEvent<'host.quiet'>): Promise<void> {
  const { cluster, hostKey, name, silentSec } = event.data;
  const rules = await listEnabledRules(trx, 'host_down');
  if (rules.length === 0) return;
  const host = await findHost(trx, { cluster, hostKey, hostId: event.hostId });
  if (host?.isRetired) return;
  for (const rule of rules) {
    const isMember = matchesScope(rule.spec.scope, {
      cluster,
      host: name,
      hostId: host?.id,
      groupIds: host?.groupIds ?? [],
    });
    if (!isMember) continue;
    await changes.met(
      trx,
      {
        rule,
        subject: {
          fingerprint: hostFingerprint(rule.id, { cluster, hostKey }),
          title: `${name} is down`,
          ...(host && { hostId: host.id }),
          labels: { cluster, host: name, hostKey },
        },
        conditionAtMs: event.atMs,
        atMs: event.atMs,
        evidence: {
          summary: `${name} silent for ${formatDuration(silentSec * 1000)}`,
          detail: `no heartbeat heard in cluster ${cluster}`,
        },
      },
      event.id,
    );
  }
}

async function hostBack(trx: Trx, changes: AlertChanges, event: StoredEvent<'host.back' | 'host.seen'>): Promise<void> {
  const { cluster, hostKey, name } = event.data;
  for (const rule of await listEnabledRules(trx, 'host_down')) {
    await changes.cleared(
      trx,
      hostFingerprint(rule.id, { cluster, hostKey }),
      { conditionAtMs: event.atMs, atMs: event.atMs, evidence: { summary: `${name} is heard again` } },
      event.id,
    );
  }
}

const isProblem = (state: string): state is ProblemState => PROBLEM_STATES.some((problem) => problem === state);

// "Unknown" and "unreachable" say that nobody could look: they end no alert of another state.
const isBlind = (state: string): boolean => state === 'unknown' || state === 'unreachable';

type CheckEvent = StoredEvent<'check.state_changed' | 'check.unmuted'>;

async function checkChanged(trx: Trx, changes: AlertChanges, event: CheckEvent): Promise<void> {
  const { data, checkId } = event;
  if (!data.hardChange || checkId === undefined) return;
  const to = data.to;
  const evidence = {
    summary: `${data.checkName} is ${to}`,
    detail: shorten(data.output, OUTPUT_LIMIT),
  };
  const rules = await listEnabledRules(trx, 'check');
  // A muted problem opens nothing and ends nothing: it is told of when it is muted no longer.
  if (data.mutedBy !== undefined && isProblem(to)) return;
  const opening = isProblem(to) ? await rulesThatOpen(trx, rules, event, to) : undefined;
  for (const rule of rules) {
    const fingerprint = checkFingerprint(rule.id, checkId);
    const order = { conditionAtMs: event.atMs, atMs: event.atMs };
    if (opening?.rules.includes(rule)) {
      const { labels, hostId } = opening;
      const place = labels.host === undefined ? '' : ` on ${labels.host}`;
      const subject = {
        fingerprint,
        title: `${data.checkName} is ${to}${place}`,
        checkId,
        ...(hostId !== undefined && { hostId }),
        labels: { ...labels, checkName: data.checkName, checkState: to },
      };
      await changes.met(trx, { rule, subject, ...order, evidence }, event.id);
    } else if (!isBlind(to)) {
      await changes.cleared(trx, fingerprint, { ...order, evidence }, event.id);
    }
  }
}

async function rulesThatOpen(
  trx: Trx,
  rules: RuleOf<'check'>[],
  event: CheckEvent,
  to: ProblemState,
): Promise<{ rules: RuleOf<'check'>[]; labels: AlertLabels; hostId?: string } | undefined> {
  const host = event.hostId === undefined ? undefined : await findHost(trx, { hostId: event.hostId });
  if (host?.isRetired) return undefined;
  const where = {
    cluster: host?.cluster ?? '',
    host: host?.name ?? '',
    hostId: host?.id,
    groupIds: host?.groupIds ?? [],
  };
  return {
    rules: rules.filter(
      ({ spec }) =>
        spec.states.includes(to) &&
        (spec.check === undefined || matchesGlob(spec.check, event.data.checkName)) &&
        matchesScope(spec.scope, where),
    ),
    labels: host ? { cluster: host.cluster, host: host.name } : {},
    ...(host && { hostId: host.id }),
  };
}

export const OWNERSHIP_KINDS = ['check.acknowledged', 'check.acknowledgement_ended'] as const satisfies EventKind[];

/**
 * Whoever takes the problem of a check on has its alerts too, and gives them back with it. A check that changed or
 * recovered speaks for itself.
 */
export async function takeOwnership(
  trx: Trx,
  changes: AlertChanges,
  event: StoredEvent<(typeof OWNERSHIP_KINDS)[number]>,
): Promise<void> {
  if (event.checkId === undefined) return;
  for (const alert of await lockLiveAlerts(trx, { checkId: event.checkId })) {
    if (event.kind === 'check.acknowledged') {
      const { by, comment } = event.data;
      if (alert.state === 'open')
        await changes.acknowledge(trx, alert, { by, atMs: event.atMs, comment, causeId: event.id });
    } else if (event.data.reason !== 'state_changed' && alert.state === 'acknowledged') {
      const by = event.data.by ?? 'system';
      await changes.unacknowledge(trx, alert, { by, atMs: event.atMs, causeId: event.id });
    }
  }
}

export const SUBJECT_KINDS = ['host.created', 'host.retired', 'config.changed'] as const satisfies EventKind[];

/**
 * A host that is retired or a check that is deleted can have no problem any more; a host that
 * inventory has come to know may have one already.
 */
export async function takeSubjectChange(
  trx: Trx,
  changes: AlertChanges,
  event: StoredEvent<(typeof SUBJECT_KINDS)[number]>,
): Promise<void> {
  if (event.kind === 'host.created') {
    if (event.hostId !== undefined) await adoptHost(trx, event.hostId);
    return;
  }
  const gone =
    event.kind === 'host.retired'
      ? event.hostId && { of: { hostId: event.hostId }, what: `host ${event.data.name} was retired`, by: event.data.by }
      : event.data.kind === 'check' &&
        event.data.change === 'deleted' && {
          of: { checkId: event.data.id },
          what: `check ${event.data.name} was deleted`,
          by: event.data.by,
        };
  if (!gone) return;
  for (const alert of await lockLiveAlerts(trx, gone.of)) {
    const why = { evidence: { summary: gone.what }, by: gone.by };
    await changes.end(trx, alert, { kind: 'resolve', atMs: event.atMs }, why, event.id);
  }
}
