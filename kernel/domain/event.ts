// Every event of the log: the words in which the parts meet. One row of the log is
// at once a line of the timeline, a step of the audit of automation, and the
// hand-over to the next part. `data` is small, JSON-safe and never secret.

import type { HostState, ServiceState, StateType } from './check-state.ts';

export interface LoopEvidence {
  /** Short human fact, such as "Disk / 93 %". */
  summary: string;
  /** Second line: limit, output, exit code. */
  detail?: string;
}

export interface EventData {
  // collector
  'host.seen': { cluster: string; hostKey: string; name: string; ip: string; agentId?: string };
  'host.quiet': { cluster: string; hostKey: string; name: string; silentSec: number };
  'host.back': { cluster: string; hostKey: string; name: string };
  'collector.source_limited': { source: string; reason: string };
  // inventory
  'host.created': { name: string; cluster: string };
  'host.retired': { name: string; by: string };
  'host.changed': { name: string; by: string; change: string };
  'drift.found': { desiredStateId: string; name: string; summary: string };
  'drift.cleared': { desiredStateId: string; name: string };
  'config.changed': { kind: string; id: string; name: string; change: 'created' | 'updated' | 'deleted'; by: string };
  // gateway
  'agent.enrolled': { agentId: string; name: string; approved: boolean };
  'agent.approved': { agentId: string; by: string };
  'agent.revoked': { agentId: string; by: string };
  'agent.connected': { agentId: string; version: string };
  'agent.disconnected': { agentId: string; reason: string };
  'agent.reported': { agentId: string; report: AgentReport };
  'request.started': { requestId: string; agentId: string };
  'request.finished': { requestId: string; agentId: string; outcome: RequestOutcome };
  // checks
  'check.state_changed': CheckStateChanged;
  'check.rechecked': {
    requestedBy: string;
    reason: string;
    state: ServiceState;
    output: string;
    causeEventId?: string;
  };
  'check.recheck_requested': { reason: string; requestedBy: string };
  /** A problem that was muted stands and may be told now: its downtime is over, its host is back … */
  'check.unmuted': CheckStateChanged & { wasMutedBy: string };
  'check.flapping_started': { checkName: string; percent: number };
  'check.flapping_stopped': { checkName: string; percent: number };
  'check.acknowledged': { checkName: string; by: string; comment: string; sticky: boolean; untilMs?: number };
  'check.acknowledgement_ended': { checkName: string; reason: 'removed' | 'expired' | 'state_changed'; by?: string };
  'check.commented': { checkName: string; by: string; comment: string };
  /** The output changed while the state did not, and the object asks for that to be kept (stalking). */
  'check.output_changed': { checkName: string; state: ServiceState | HostState; output: string };
  'downtime.scheduled': DowntimeChanged;
  'downtime.started': DowntimeChanged;
  'downtime.ended': DowntimeChanged;
  'downtime.cancelled': DowntimeChanged;
  /** Many objects at once, from documents or an import: read them all again. */
  'objects.applied': { owner: string; by: string; created: number; updated: number; deleted: number };
  // alerting
  'rule.condition_met': RuleCondition;
  'rule.condition_cleared': RuleCondition;
  'alert.opened': AlertChanged;
  'alert.reopened': AlertChanged;
  'alert.acknowledged': AlertChanged & { by: string; comment?: string };
  'alert.unacknowledged': AlertChanged & { by: string };
  'alert.commented': AlertChanged & { by: string; comment: string };
  'alert.resolved': AlertChanged & { evidence: LoopEvidence; healedByRunId?: string; by?: string };
  'alert.escalated': AlertChanged & { reason: string };
  'notification.sent': {
    deliveryId: string;
    channel: string;
    contact: string;
    what: NotificationKind;
    latencyMs: number;
  };
  'notification.failed': {
    deliveryId: string;
    channel: string;
    contact: string;
    what: NotificationKind;
    error: string;
  };
  // remediation
  'reflex.allowed': ReflexDecision & { runId: string };
  'reflex.refused': ReflexDecision & { reason: string };
  'reflex.verifying': ReflexDecision & { runId: string; checkId?: string };
  'reflex.verified': ReflexDecision & { runId: string; evidence: LoopEvidence };
  'reflex.failed': ReflexDecision & { runId: string; reason: string };
  'run.created': RunChanged;
  'run.started': RunChanged;
  'run.finished': RunChanged & { status: string; summary: string };
  'run.canceling': RunChanged & { by: string };
  'task.finished': { runId: string; taskId: string; status: string; exitCode?: number; hostName: string };
  'release.switched': { app: string; version: string; releaseTs: string; action: 'deploy' | 'rollback'; runId: string };
}

export type EventKind = keyof EventData;

export interface CheckStateChanged {
  checkName: string;
  from: ServiceState | HostState | 'pending';
  to: ServiceState | HostState;
  type: StateType;
  attempt: number;
  maxAttempts: number;
  output: string;
  /** True when the change is hard (becoming hard, changing while hard, or recovering from hard). */
  hardChange: boolean;
  /** Set while nobody is to be told of it, with the reason: downtime, flapping, host_down … */
  mutedBy?: string;
}

export interface DowntimeChanged {
  downtimeId: string;
  /** Name of the check; absent for a downtime of the host as such. */
  checkName?: string;
  hostName: string;
  by: string;
  comment: string;
  startsAtMs: number;
  endsAtMs: number;
}

export interface RuleCondition {
  ruleId: string;
  ruleName: string;
  cluster: string;
  host: string;
  hostKey: string;
  metric: string;
  value: number;
  threshold: number;
  sinceMs: number;
}

export interface AlertChanged {
  title: string;
  severity: Severity;
  state: 'open' | 'acknowledged' | 'resolved';
  ruleId: string;
  evidence?: LoopEvidence;
}

export interface ReflexDecision {
  reflexId: string;
  reflexName: string;
  attemptId: string;
  runbookName: string;
}

export interface RunChanged {
  title: string;
  source: string;
  by: string;
  hosts: number;
}

/** Severity of alerts: page (P1), urgent (P2), ticket (P3), info (P4). */
export const SEVERITIES = ['page', 'urgent', 'ticket', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

export type NotificationKind = 'problem' | 'recovery' | 'acknowledgement' | 'escalation' | 'test';

/** What an agent tells of its host, whole each time it changed. */
export interface AgentReport {
  facts: Record<string, string | number | boolean>;
  packages: { name: string; version: string; arch?: string }[];
  services: { name: string; state: 'running' | 'stopped' | 'failed' | 'unknown'; description?: string; pid?: number }[];
  processes: { name: string; pid: number; user?: string; cpuSec?: number; rssBytes?: number; startedAtMs?: number }[];
}

/** How a request to an agent ended; every request ends with exactly one of these. */
export interface RequestOutcome {
  status:
    | 'succeeded'
    | 'failed'
    | 'timed_out'
    | 'canceled'
    | 'denied'
    | 'expired'
    | 'unreachable'
    | 'unknown_outcome'
    | 'interpreter_missing';
  exitCode?: number;
  signal?: string;
  /** Why, in one sentence, when it did not succeed. */
  reason?: string;
  startedAtMs?: number;
  finishedAtMs?: number;
  outputBytes?: number;
  omittedBytes?: number;
  orphansLeft?: boolean;
  /** Structured result of typed actions (service state, release ledger, drift). */
  result?: Record<string, unknown>;
}

/** What an event is about; every id is optional and indexed in the log. */
export interface EventSubject {
  hostId?: string;
  checkId?: string;
  alertId?: string;
  runId?: string;
}

export interface NewEvent<Kind extends EventKind = EventKind> extends EventSubject {
  kind: Kind;
  atMs: number;
  data: EventData[Kind];
  /** Id of the event that this one follows from. */
  causeId?: string;
}

export type StoredEvent<Kind extends EventKind = EventKind> = {
  [K in Kind]: NewEvent<K> & { id: string };
}[Kind];
