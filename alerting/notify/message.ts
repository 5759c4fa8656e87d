// What a notification says, independent of the channel. The order is fixed and the
// first 60 characters decide: severity, plain symptom, number against limit, place.

import type { NotificationKind, Severity } from '#kernel/domain/event.ts';
import type { AlertRecord } from '../alert.ts';
import { formatDuration, formatInstant, formatValue, oneLine, shorten } from './wording.ts';

export interface Message {
  kind: NotificationKind;
  /** At most 60 characters, one line. */
  subject: string;
  severity: Severity;
  state: 'open' | 'acknowledged' | 'resolved' | 'test';
  alertId: string | null;
  title: string;
  host: string | null;
  cluster: string | null;
  check: string | null;
  metric: string | null;
  value: number | null;
  threshold: number | null;
  openedAtMs: number;
  atMs: number;
  /** In the order in which they are read. */
  lines: { label: string; text: string }[];
  links: { label: string; url: string }[];
}

export interface MessageFacts {
  kind: Exclude<NotificationKind, 'test'>;
  alert: AlertRecord;
  atMs: number;
  /** The condition came back after people were told that it was over. */
  isAgain?: boolean;
  /** Why people are told now, for an escalation. */
  reason?: string;
  /** Who acknowledged, and what they said. */
  by?: string;
  comment?: string;
  /** One line for each change on the host in the last two hours, newest first. */
  recentChanges?: string[];
  hostOwner?: string | null;
  /** Why this contact gets it. */
  why: string;
  publicUrl?: string | undefined;
}

const PRIORITY: Record<Severity, string> = { page: 'P1', urgent: 'P2', ticket: 'P3', info: 'P4' };
const SUBJECT_LIMIT = 60;
const PLACE_LIMIT = 24;

export function composeMessage(facts: MessageFacts): Message {
  const { alert } = facts;
  return {
    kind: facts.kind,
    subject: composeSubject(facts),
    severity: alert.severity,
    state: alert.state,
    alertId: alert.id,
    title: alert.title,
    host: alert.labels.host ?? null,
    cluster: alert.labels.cluster ?? null,
    check: alert.labels.checkName ?? null,
    metric: alert.labels.metric ?? null,
    value: alert.value,
    threshold: alert.threshold,
    openedAtMs: alert.openedAtMs,
    atMs: facts.atMs,
    lines: composeLines(facts).filter((line) => line.text !== ''),
    links: facts.publicUrl ? [{ label: 'Episode', url: `${facts.publicUrl}/problems/${alert.id}` }] : [],
  };
}

function composeSubject({ kind, alert, isAgain, by }: MessageFacts): string {
  const { host } = alert.labels;
  // A title that ends with the place gives it up: the place has a spot of its own here.
  const symptom = oneLine(host ? alert.title.replace(` on ${host}`, '') : alert.title);
  const namesPlace = !host || symptom.includes(host);
  const place = namesPlace ? '' : ` – ${shorten(oneLine(host), PLACE_LIMIT)}`;
  const numbers =
    kind === 'recovery' || alert.value === null || alert.threshold === null
      ? ''
      : ` ${formatValue(alert.value, alert.labels.unit)} (limit ${formatValue(alert.threshold, alert.labels.unit)})`;
  const prefix = {
    problem: isAgain ? 'Again: ' : '',
    recovery: 'Resolved: ',
    acknowledgement: `${shorten(by ?? 'Somebody', 16)} has it: `,
    escalation: 'Not healed: ',
  }[kind];
  const head = `[${PRIORITY[alert.severity]}] ${prefix}`;
  const room = SUBJECT_LIMIT - head.length - numbers.length - place.length;
  return shorten(`${head}${shorten(symptom, Math.max(8, room))}${numbers}${place}`, SUBJECT_LIMIT);
}

function composeLines(facts: MessageFacts): Message['lines'] {
  const { alert, kind, atMs } = facts;
  const line = (label: string, text: string | null | undefined) => ({ label, text: text ?? '' });
  const { host, cluster, unit, operator } = alert.labels;
  const lastedMs = (alert.resolvedAtMs ?? atMs) - alert.openedAtMs;
  const evidence = kind === 'recovery' ? alert.resolvedEvidence : alert.openedEvidence;
  const limit =
    alert.value === null || alert.threshold === null
      ? ''
      : `${formatValue(alert.value, unit)}, limit ${operator ?? ''} ${formatValue(alert.threshold, unit)}`;
  const since =
    kind === 'recovery'
      ? `${formatInstant(alert.openedAtMs)}, lasted ${formatDuration(lastedMs)}`
      : `${formatInstant(alert.openedAtMs)}${lastedMs >= 1000 ? `, for ${formatDuration(lastedMs)}` : ''}`;
  return [
    line('What', oneLine(alert.title)),
    line('Why now', facts.reason),
    line('Since', since),
    line('Ended', kind === 'recovery' ? howItEnded(alert) : ''),
    line('Taken by', facts.by && `${facts.by}${facts.comment ? `: ${oneLine(facts.comment)}` : ''}`),
    line('Value', kind === 'recovery' ? '' : limit),
    line(
      'Seen',
      evidence &&
        [evidence.summary, evidence.detail]
          .filter(Boolean)
          .map((text) => oneLine(text ?? ''))
          .join(' – '),
    ),
    line('Where', host && `${oneLine(host)}${cluster ? `, cluster ${oneLine(cluster)}` : ''}`),
    line('Owner', facts.hostOwner),
    line('Came back', alert.reopened > 0 ? `${alert.reopened} times in this episode` : ''),
    line('Changed in the last 2 h', facts.recentChanges?.join('; ')),
    line('Already tried', kind === 'recovery' ? '' : (alert.reflexSummary ?? 'nothing by Plexus yet')),
    line('Pages sent', kind === 'recovery' ? String(alert.pagesSent) : ''),
    line('You get this because', facts.why),
  ];
}

function howItEnded(alert: AlertRecord): string {
  if (alert.healedByRunId !== null) return `healed by Plexus: ${alert.reflexSummary ?? `run ${alert.healedByRunId}`}`;
  return alert.resolvedBy === null ? 'by itself' : `by ${alert.resolvedBy}`;
}

/** A message that only proves that the channel works. */
export function composeTest(facts: { contactName: string; by: string; atMs: number }): Message {
  return {
    kind: 'test',
    subject: shorten(`[TEST] Plexus reaches ${oneLine(facts.contactName)}`, SUBJECT_LIMIT),
    severity: 'info',
    state: 'test',
    alertId: null,
    title: `Test message to ${facts.contactName}`,
    host: null,
    cluster: null,
    check: null,
    metric: null,
    value: null,
    threshold: null,
    openedAtMs: facts.atMs,
    atMs: facts.atMs,
    lines: [{ label: 'What', text: `A test asked for by ${facts.by}. Nothing is wrong.` }],
    links: [],
  };
}
