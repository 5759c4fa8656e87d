// Comments that come by external commands: added, and deleted by number or all of an object.

import { AppError } from '#kernel/errors.ts';
import { appendEvents } from '#store/event-log.ts';
import { transaction, type Trx } from '#store/postgres.ts';
import type { ExternalCommand } from '#wire/external-command.ts';
import type { ObjectNode } from '../engine/node.ts';
import { auditName, authorOf, commentOf, noteCommand, type CommandContext } from './command-context.ts';
import { findObject } from './command-targets.ts';

type Command<Kind extends ExternalCommand['kind']> = Extract<ExternalCommand, { kind: Kind }>;

export interface NewComment {
  kind: 'user' | 'acknowledgement';
  author: string;
  comment: string;
  isPersistent: boolean;
  expiresAtMs: number | null;
}

export async function addComment(
  trx: Trx,
  { clock }: CommandContext,
  node: ObjectNode,
  { kind, author, comment, isPersistent, expiresAtMs }: NewComment,
): Promise<void> {
  await trx
    .insertInto('check_comment')
    .values({
      ...{ host_id: node.hostId, check_id: node.definition ? node.id : null },
      ...{ kind, author, comment, is_persistent: isPersistent },
      ...{ at_ms: clock.nowMs(), expires_at_ms: expiresAtMs },
    })
    .execute();
}

/** In the timeline. */
export async function tellComment(
  trx: Trx,
  { clock }: CommandContext,
  node: ObjectNode,
  { author, comment }: { author: string; comment: string },
): Promise<void> {
  await appendEvents(trx, [
    {
      ...{ kind: 'check.commented', atMs: clock.nowMs(), hostId: node.hostId },
      ...(node.definition && { checkId: node.id }),
      data: { checkName: node.name, by: author, comment },
    },
  ]);
}

export function commentOnObject(context: CommandContext, command: Command<'add_comment'>): Promise<void> {
  const { db, site } = context;
  const node = findObject(site, command.target);
  const author = authorOf(command, context);
  const comment = commentOf(command);
  const { isPersistent } = command;
  return transaction(db, async (trx) => {
    await addComment(trx, context, node, { kind: 'user', author, comment, isPersistent, expiresAtMs: null });
    await tellComment(trx, context, node, { author, comment });
    const object = auditName(node);
    await noteCommand(trx, context, { action: 'check.comment', object, details: { author, comment } });
  });
}

/** Throws `unknown_comment` (404), also for a number that is of the other kind of object. */
export function deleteComment(context: CommandContext, command: Command<'delete_comment'>): Promise<void> {
  const { commentId, of } = command;
  return transaction(context.db, async (trx) => {
    const row = await trx
      .selectFrom('check_comment as m')
      .leftJoin('check as c', 'c.id', 'm.check_id')
      .select(['m.id', 'm.host_id', 'c.object', 'm.comment'])
      .where('m.id', '=', commentId)
      .executeTakeFirst();
    if (!row || (row.object ?? 'host') !== of)
      throw new AppError('unknown_comment', `No ${of} has a comment ${commentId}.`, { status: 404 });
    await trx.deleteFrom('check_comment').where('id', '=', row.id).execute();
    await noteCommand(trx, context, {
      ...{ action: 'check.delete_comment', object: `comment:${commentId} of host:${row.host_id}` },
      details: { comment: row.comment },
    });
  });
}

export function deleteComments(context: CommandContext, command: Command<'delete_comments'>): Promise<void> {
  const node = findObject(context.site, command.target);
  return transaction(context.db, async (trx) => {
    // What is said of a host stands with the host, and with the check of the host where it has one.
    const { numDeletedRows } = await trx
      .deleteFrom('check_comment')
      .where('host_id', '=', node.hostId)
      .where((eb) =>
        eb.or([eb('check_id', '=', node.id), ...(node.object === 'host' ? [eb('check_id', 'is', null)] : [])]),
      )
      .executeTakeFirst();
    await noteCommand(trx, context, {
      ...{ action: 'check.delete_comment', object: auditName(node) },
      details: { comments: Number(numDeletedRows) },
    });
  });
}
