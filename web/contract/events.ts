// The timeline, the audit trail and the live stream.

import Type, { type Static } from 'typebox';
import type { EventKind } from '#kernel/domain/event.ts';
import { Id, Instant, Nullable } from './shared.ts';

/** One line of the timeline; `data` by kind is described in kernel/domain/event.ts. */
export const TimelineEvent = Type.Object({
  id: Id,
  kind: Type.Unsafe<EventKind>(Type.String()),
  at: Instant,
  hostId: Nullable(Id),
  hostName: Nullable(Type.String()),
  checkId: Nullable(Id),
  alertId: Nullable(Id),
  runId: Nullable(Id),
  /** Event that this one follows from. */
  causeId: Nullable(Id),
  data: Type.Unsafe<Record<string, unknown>>(Type.Object({}, { additionalProperties: true })),
});
export type TimelineEvent = Static<typeof TimelineEvent>;

export const TimelineQuery = Type.Object({
  hostId: Type.Optional(Id),
  checkId: Type.Optional(Id),
  alertId: Type.Optional(Id),
  runId: Type.Optional(Id),
  /** Comma list; a trailing '*' matches a prefix: "alert.*,run.finished". */
  kinds: Type.Optional(Type.String({ maxLength: 500 })),
  from: Type.Optional(Instant),
  to: Type.Optional(Instant),
  cursor: Type.Optional(Type.String({ maxLength: 40 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })),
});
export type TimelineQuery = Static<typeof TimelineQuery>;

export const AuditEntry = Type.Object({
  seq: Type.String(),
  at: Instant,
  actor: Type.String(),
  action: Type.String(),
  object: Type.String(),
  result: Type.Union([Type.Literal('done'), Type.Literal('refused'), Type.Literal('failed')]),
  source: Type.String(),
  details: Type.Unsafe<Record<string, unknown>>(Type.Object({}, { additionalProperties: true })),
});
export type AuditEntry = Static<typeof AuditEntry>;

export const AuditCheck = Type.Object({ entries: Type.Integer(), brokenAt: Nullable(Type.String()) });
export type AuditCheck = Static<typeof AuditCheck>;

/**
 * Topics of GET /stream?topics=a,b: `events` (every event), `problems` (alerts and reflexes), `host:<id>`,
 * `check:<id>`, `alert:<id>`, `run:<id>` (events about it), `output` (new task output), `samples:<cluster>/<host>`.
 * Server-sent events: `event` carries a TimelineEvent and its id, `output` an OutputHint, `samples` a LiveSamples,
 * `beat` every 5 s so that a browser knows how old its picture is.
 */
export interface OutputHint {
  taskId: string;
}
export interface LiveSamples {
  cluster: string;
  host: string;
  /** metric → [epoch ms, value] */
  values: Record<string, [number, number]>;
}
