// What every external command is carried out with, who gave it, and the audit entry that it
// leaves. An entry stands if and only if the effect does.

import type { Clock } from '#kernel/clock.ts';
import type { Actor } from '#kernel/domain/actor.ts';
import { AppError } from '#kernel/errors.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { transaction, type Db, type Trx } from '#store/postgres.ts';
import type { ObjectNode } from '../engine/node.ts';
import type { WatchedSite } from '../engine/site.ts';

export interface CommandContext {
  db: Db;
  clock: Clock;
  site: WatchedSite;
  /** The way it came, or the token that sent it; the author that it names is a claim, kept beside this. */
  actor: Actor;
}

interface Note {
  /** The word that the API uses for the same. */
  action: string;
  object: string;
  details: Record<string, unknown>;
  result?: 'done' | 'refused';
}

export const noteCommand = (
  trx: Trx,
  { clock, actor }: CommandContext,
  { action, object, details, result = 'done' }: Note,
) =>
  appendAudit(trx, {
    ...{ atMs: clock.nowMs(), actor: actor.label, source: actor.source },
    ...{ action, object: object.slice(0, LONGEST_OBJECT), result, details },
  });

/** Always throws `code` (409), once the refusal stands in the audit trail. */
export async function refuseCommand(context: CommandContext, code: string, note: Note & { why: string }) {
  const { why, ...rest } = note;
  const details = { ...rest.details, why };
  await transaction(context.db, (trx) => noteCommand(trx, context, { ...rest, details, result: 'refused' }));
  throw new AppError(code, why, { status: 409 });
}

export const auditName = (node: ObjectNode): string =>
  `${node.definition ? 'check' : 'host'}:${node.id} ${node.object === 'host' ? node.name : `${node.host.name}/${node.name}`}`;

const LONGEST_OBJECT = 300;
const LONGEST_AUTHOR = 200;
const LONGEST_COMMENT = 2000;

/** As PostgreSQL can keep it. */
const storable = (text: string, longest: number): string =>
  text.slice(0, longest).replaceAll('\0', '\uFFFD').toWellFormed().trim();

export const authorOf = ({ author }: { author: string }, { actor }: CommandContext): string =>
  storable(author, LONGEST_AUTHOR) || actor.label;

export const commentOf = ({ comment }: { comment: string }): string => storable(comment, LONGEST_COMMENT);
