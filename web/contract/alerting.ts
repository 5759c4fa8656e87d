// Problems, episodes, rules, contacts and deliveries as the API and the console see them.
//
//   GET    /api/v1/problems              alerts that are not resolved, worst first → ProblemList
//   GET    /api/v1/alerts                history, newest first; filters in AlertQuery
//   GET    /api/v1/alerts/:id            Episode
//   POST   /api/v1/alerts/:id/acknowledge | unacknowledge | resolve   AlertAction → ProblemRow
//   POST   /api/v1/alerts/:id/comments   NewComment → AlertComment
//   GET    /api/v1/rules, POST; GET, PUT (whole, with version), DELETE /api/v1/rules/:id
//   GET    /api/v1/contacts, POST; GET, PUT (whole, with version), DELETE /api/v1/contacts/:id
//   POST   /api/v1/contacts/:id/test     → ContactTest; the delivery then tells how it went
//   GET    /api/v1/deliveries, /api/v1/outbox   newest first

import Type, { type Static } from 'typebox';
import { TimelineEvent } from './events.ts';
import { Evidence, Id, Instant, ListOf, Nullable, PageQuery } from './shared.ts';

const literals = <const Values extends string[]>(...values: Values) => Type.Enum<Values>([...values]);

export const Severity = literals('page', 'urgent', 'ticket', 'info');
export type Severity = Static<typeof Severity>;

export const AlertState = literals('open', 'acknowledged', 'resolved');
export type AlertState = Static<typeof AlertState>;

export const ReflexStatus = literals('fixing', 'verifying', 'healed', 'refused', 'failed');
export type ReflexStatus = Static<typeof ReflexStatus>;

export const Operator = literals('>', '>=', '<', '<=', '==', '!=');
export type Operator = Static<typeof Operator>;

/** One alert, in a list: everything that a row needs. */
export const Alert = Type.Object({
  id: Id,
  title: Type.String({ description: 'Plain words, such as "Disk nearly full on web-17".' }),
  severity: Severity,
  state: AlertState,
  ruleId: Nullable(Id),
  ruleName: Type.String(),
  host: Nullable(
    Type.Object({ id: Nullable(Id), name: Type.String(), cluster: Type.String(), owner: Nullable(Type.String()) }),
  ),
  check: Nullable(Type.Object({ id: Id, name: Type.String() })),
  /** Series of the sparkline; null when the alert is not about a metric. */
  series: Nullable(Type.Object({ cluster: Type.String(), host: Type.String(), metric: Type.String() })),
  value: Nullable(Type.Number({ description: 'Value when it opened.' })),
  threshold: Nullable(Type.Number()),
  operator: Nullable(Operator),
  unit: Type.String(),
  evidence: Evidence,
  openedAt: Instant,
  acknowledgedAt: Nullable(Instant),
  /** Who has it: the label of the person that acknowledged, without "user:". */
  owner: Nullable(Type.String()),
  resolvedAt: Nullable(Instant),
  resolvedBy: Nullable(Type.String()),
  resolvedEvidence: Nullable(Evidence),
  healedByRunId: Nullable(Id),
  reopened: Type.Integer({ description: 'How often the condition came back within the same episode.' }),
  pagesSent: Type.Integer(),
  reflexStatus: Nullable(ReflexStatus),
  reflexSummary: Nullable(Type.String()),
  lastComment: Nullable(Type.Object({ by: Type.String(), comment: Type.String(), at: Instant })),
});
export type Alert = Static<typeof Alert>;

/** An alert that is not resolved, with the last results of its check (newest last) for a sparkline. */
export const ProblemRow = Type.Interface([Alert], {
  checkHistory: Type.Array(Type.Object({ at: Type.Number({ description: 'Epoch ms.' }), state: Type.String() })),
});
export type ProblemRow = Static<typeof ProblemRow>;

const SeverityCount = Type.Object({ unowned: Type.Integer(), owned: Type.Integer() });
export const ProblemList = Type.Object({
  items: Type.Array(ProblemRow),
  nextCursor: Nullable(Type.String()),
  counts: Type.Object({ page: SeverityCount, urgent: SeverityCount, ticket: SeverityCount, info: SeverityCount }),
});
export type ProblemList = Static<typeof ProblemList>;

export const AlertList = ListOf(Alert);
export type AlertList = Static<typeof AlertList>;

export const AlertQuery = Type.Interface([PageQuery], {
  state: Type.Optional(AlertState),
  severity: Type.Optional(Severity),
  hostId: Type.Optional(Id),
  checkId: Type.Optional(Id),
  ruleId: Type.Optional(Id),
});
export type AlertQuery = Static<typeof AlertQuery>;

/** One of the four steps sensed → judged → acted → verified. */
export const LoopStep = Type.Object({
  status: literals('waiting', 'running', 'done', 'failed', 'refused', 'none'),
  at: Nullable(Instant),
  summary: Type.String(),
  detail: Type.String(),
});
export type LoopStep = Static<typeof LoopStep>;

export const LoopStrip = Type.Object({ sensed: LoopStep, judged: LoopStep, acted: LoopStep, verified: LoopStep });
export type LoopStrip = Static<typeof LoopStrip>;

export const AlertComment = Type.Object({ id: Id, by: Type.String(), comment: Type.String(), at: Instant });
export type AlertComment = Static<typeof AlertComment>;

export const Delivery = Type.Object({
  id: Id,
  alertId: Nullable(Id),
  contactId: Nullable(Id),
  contactName: Type.String(),
  channel: Type.String(),
  kind: literals('problem', 'recovery', 'acknowledgement', 'escalation', 'test'),
  status: literals('pending', 'sending', 'sent', 'failed'),
  attempts: Type.Integer(),
  subject: Type.String(),
  createdAt: Instant,
  sentAt: Nullable(Instant),
  /** From creation to acceptance by the provider. */
  latencyMs: Nullable(Type.Number()),
  nextAttemptAt: Nullable(Instant),
  lastError: Nullable(Type.String()),
});
export type Delivery = Static<typeof Delivery>;

export const DeliveryQuery = Type.Interface([PageQuery], { alertId: Type.Optional(Id) });
export const DeliveryList = ListOf(Delivery);
export type DeliveryList = Static<typeof DeliveryList>;

export const Episode = Type.Object({
  alert: ProblemRow,
  loop: LoopStrip,
  comments: Type.Array(AlertComment),
  deliveries: Type.Array(Delivery),
  /** Oldest first, causes before effects; at most 500. */
  events: Type.Array(TimelineEvent),
  runIds: Type.Array(Id),
});
export type Episode = Static<typeof Episode>;

export const AlertAction = Type.Object({ comment: Type.Optional(Type.String({ maxLength: 4000 })) });
export type AlertAction = Static<typeof AlertAction>;
export const NewComment = Type.Object({ comment: Type.String({ minLength: 1, maxLength: 4000 }) });
export type NewComment = Static<typeof NewComment>;

// Rules

const Glob = Type.String({ minLength: 1, maxLength: 200, description: '"*" and "?" as in a shell; no case.' });
/** Hosts a rule looks at; what is absent matches all. With host or group ids, one of them must match. */
export const RuleScope = Type.Object({
  cluster: Type.Optional(Glob),
  host: Type.Optional(Glob),
  hostIds: Type.Optional(Type.Array(Id, { maxItems: 1000 })),
  groupIds: Type.Optional(Type.Array(Id, { maxItems: 100 })),
});
export type RuleScope = Static<typeof RuleScope>;

const Seconds = Type.Number({ minimum: 0, maximum: 7 * 86_400 });
export const MetricRuleSpec = Type.Object({
  metric: Type.String({ minLength: 1, maxLength: 200 }),
  operator: Operator,
  threshold: Type.Number(),
  forSec: Seconds,
  clearThreshold: Type.Optional(Type.Number({ description: 'Hysteresis: the limit at which a met condition ends.' })),
  clearForSec: Seconds,
  unit: Type.Optional(Type.String({ maxLength: 16, description: 'Shown after the number.' })),
  scope: RuleScope,
});
export type MetricRuleSpec = Static<typeof MetricRuleSpec>;

export const CheckRuleSpec = Type.Object({
  check: Type.Optional(Glob),
  /** Hard states that open an alert. */
  states: Type.Array(literals('warning', 'critical', 'unknown', 'down', 'unreachable'), { minItems: 1 }),
  scope: RuleScope,
});
export type CheckRuleSpec = Static<typeof CheckRuleSpec>;

export const HostDownRuleSpec = Type.Object({ scope: RuleScope });
export type HostDownRuleSpec = Static<typeof HostDownRuleSpec>;

const ruleFields = {
  name: Type.String({ minLength: 1, maxLength: 120 }),
  severity: Severity,
  /** if_not_healed: people are told only when automation was refused, failed, or did not answer. */
  notify: literals('at_once', 'if_not_healed'),
  /** Empty: the default contacts. */
  contactIds: Type.Array(Id, { maxItems: 50 }),
  enabled: Type.Boolean(),
};
export const RuleInput = Type.Union([
  Type.Object({ ...ruleFields, kind: Type.Literal('metric'), spec: MetricRuleSpec }),
  Type.Object({ ...ruleFields, kind: Type.Literal('check'), spec: CheckRuleSpec }),
  Type.Object({ ...ruleFields, kind: Type.Literal('host_down'), spec: HostDownRuleSpec }),
]);
export type RuleInput = Static<typeof RuleInput>;

const version = { version: Type.Integer({ minimum: 1 }) };
export const RuleUpdate = Type.Union([
  Type.Object({ ...ruleFields, ...version, kind: Type.Literal('metric'), spec: MetricRuleSpec }),
  Type.Object({ ...ruleFields, ...version, kind: Type.Literal('check'), spec: CheckRuleSpec }),
  Type.Object({ ...ruleFields, ...version, kind: Type.Literal('host_down'), spec: HostDownRuleSpec }),
]);
export type RuleUpdate = Static<typeof RuleUpdate>;

const storedRule = {
  id: Id,
  ...version,
  origin: Nullable(Type.String()),
  /** "part_max_used > 90 % for 60 s": the condition in one line. */
  summary: Type.String(),
  liveAlerts: Type.Integer({ description: 'Alerts of the rule that are not resolved.' }),
  createdAt: Instant,
  updatedAt: Instant,
};
export const Rule = Type.Union([
  Type.Object({ ...ruleFields, ...storedRule, kind: Type.Literal('metric'), spec: MetricRuleSpec }),
  Type.Object({ ...ruleFields, ...storedRule, kind: Type.Literal('check'), spec: CheckRuleSpec }),
  Type.Object({ ...ruleFields, ...storedRule, kind: Type.Literal('host_down'), spec: HostDownRuleSpec }),
]);
export type Rule = Static<typeof Rule>;
export const RuleList = ListOf(Rule);
export type RuleList = Static<typeof RuleList>;

// Contacts

const Url = Type.String({ pattern: '^https?://', maxLength: 2000 });
/** A secret is written, never read back: left out in an update it stays as it is. */
const Secret = Type.Optional(Type.String({ minLength: 1, maxLength: 500 }));
const contactFields = {
  name: Type.String({ minLength: 1, maxLength: 120 }),
  /** Told when a rule names no contacts. */
  isDefault: Type.Boolean(),
  enabled: Type.Boolean(),
  /** Told instead when this contact cannot be reached. */
  fallbackId: Nullable(Id),
};
const mail = {
  channel: Type.Literal('mail'),
  address: Type.String({ pattern: '^[^@\\s]+@[^@\\s]+$', maxLength: 320 }),
};
const pagerduty = { channel: Type.Literal('pagerduty'), url: Type.Optional(Url), routingKey: Secret };
const webhook = { channel: Type.Literal('webhook'), url: Url, secret: Secret };

export const ContactInput = Type.Union([
  Type.Object({ ...contactFields, ...mail }),
  Type.Object({ ...contactFields, ...pagerduty }),
  Type.Object({ ...contactFields, ...webhook }),
]);
export type ContactInput = Static<typeof ContactInput>;

export const ContactUpdate = Type.Union([
  Type.Object({ ...contactFields, ...version, ...mail }),
  Type.Object({ ...contactFields, ...version, ...pagerduty }),
  Type.Object({ ...contactFields, ...version, ...webhook }),
]);
export type ContactUpdate = Static<typeof ContactUpdate>;

export const Contact = Type.Object({
  ...contactFields,
  ...version,
  id: Id,
  channel: literals('mail', 'pagerduty', 'webhook'),
  /** Mail only. */
  address: Nullable(Type.String()),
  /** Pager and webhook. */
  url: Nullable(Type.String()),
  /** Whether a routing key or signing secret is stored. */
  hasSecret: Type.Boolean(),
  createdAt: Instant,
});
export type Contact = Static<typeof Contact>;
export const ContactList = ListOf(Contact);
export type ContactList = Static<typeof ContactList>;

export const ContactTest = Type.Object({ deliveryId: Id });
export type ContactTest = Static<typeof ContactTest>;

export const OutboxMail = Type.Object({
  messageId: Type.String(),
  deliveryId: Nullable(Id),
  from: Type.String(),
  to: Type.String(),
  subject: Type.String(),
  text: Type.String(),
  html: Type.String(),
  at: Instant,
});
export type OutboxMail = Static<typeof OutboxMail>;
export const OutboxList = ListOf(OutboxMail);
export type OutboxList = Static<typeof OutboxList>;
