// External commands that the engine itself carries out: runs, acknowledgements, and what is
// told of a problem. Written with their audit entry; whoever runs the object takes them from there.

import { badRequest, conflict } from '#kernel/errors.ts';
import { transaction, type Trx } from '#store/postgres.ts';
import type { ExternalCommand } from '#wire/external-command.ts';
import { putRequests, type EngineRequest } from '../engine/inbox.ts';
import type { ObjectNode } from '../engine/node.ts';
import { isFine } from '../machine/check-state.ts';
import { addComment, tellComment } from './comment-commands.ts';
import { auditName, authorOf, commentOf, noteCommand, type CommandContext } from './command-context.ts';
import { findObject, findObjects, targetName } from './command-targets.ts';

type Command<Kind extends ExternalCommand['kind']> = Extract<ExternalCommand, { kind: Kind }>;
type Wish = EngineRequest extends infer Request
  ? Request extends EngineRequest
    ? Omit<Request, 'hostId' | 'objectId'>
    : never
  : never;

const requestFor = (node: ObjectNode, wish: Wish): EngineRequest =>
  // Each wish is one of the engine's requests without the object that it is about.
  ({ hostId: node.hostId, objectId: node.id, ...wish }) as EngineRequest;

interface Asked {
  action: string;
  details: Record<string, unknown>;
  /** Further rows of the same transaction. */
  also?: (trx: Trx) => Promise<void>;
}

const ask = (context: CommandContext, node: ObjectNode, wish: Wish, { action, details, also }: Asked): Promise<void> =>
  transaction(context.db, async (trx) => {
    await putRequests(trx, [requestFor(node, wish)], context.clock.nowMs());
    await also?.(trx);
    await noteCommand(trx, context, { action, object: auditName(node), details });
  });

/** An instant that is over means now. Unforced, an object whose active checks are off is left alone, as in Nagios. */
export async function scheduleChecks(context: CommandContext, command: Command<'schedule_check'>): Promise<void> {
  const { db, site, clock } = context;
  const { target, atMs, isForced } = command;
  const nodes = await findObjects(db, site, target);
  const runnable = nodes.filter(({ definition, settings }) => definition && (isForced || settings.activeChecks));
  if (runnable.length === 0)
    throw conflict('not_checked', `Nothing runs for ${targetName(target)}: active checks are off, or it has none.`);
  const requests = runnable.map((node) => requestFor(node, { do: 'run', atMs, isForced }));
  const [only] = runnable;
  await transaction(db, async (trx) => {
    await putRequests(trx, requests, clock.nowMs());
    await noteCommand(trx, context, {
      action: 'check.run',
      object: only && runnable.length === 1 ? auditName(only) : targetName(target),
      details: { atMs, isForced, checks: runnable.length },
    });
  });
}

/** Throws `no_problem` (409) where all is well, as far as this process knows. */
export function acknowledgeProblem(context: CommandContext, command: Command<'acknowledge'>): Promise<void> {
  const { clock, site } = context;
  const { target, isSticky, isNotified, isPersistent, expiresAtMs = null } = command;
  const node = findObject(site, target);
  if (isFine(node.current.state))
    throw conflict('no_problem', `${JSON.stringify(node.name)} is ${node.current.state}: nothing to acknowledge.`);
  if (expiresAtMs !== null && expiresAtMs <= clock.nowMs())
    throw badRequest('bad_until', 'The acknowledgement would have expired already.');
  const by = authorOf(command, context);
  const comment = commentOf(command);
  const wish: Wish = { do: 'acknowledge', by, comment, isSticky, expiresAtMs, notifies: isNotified };
  return ask(context, node, wish, {
    action: 'check.acknowledge',
    details: { author: by, comment, sticky: isSticky, ...(expiresAtMs !== null && { untilMs: expiresAtMs }) },
    also: (trx) =>
      addComment(trx, context, node, { kind: 'acknowledgement', author: by, comment, isPersistent, expiresAtMs }),
  });
}

export function removeAcknowledgement(
  context: CommandContext,
  command: Command<'remove_acknowledgement'>,
): Promise<void> {
  const node = findObject(context.site, command.target);
  return ask(
    context,
    node,
    { do: 'unacknowledge', by: context.actor.label },
    {
      action: 'check.unacknowledge',
      details: {},
    },
  );
}

/**
 * Judged by the engine and told in the timeline. No message goes out: alerting sends those for its alerts, which a
 * word of a person's own is none of.
 */
export function sendNotification(context: CommandContext, command: Command<'send_notification'>): Promise<void> {
  const { isBroadcast, isForced, isCounted } = command;
  const node = findObject(context.site, command.target);
  const by = authorOf(command, context);
  const comment = commentOf(command);
  const wish: Wish = { do: 'custom_notification', by, comment, isBroadcast, isForced, increments: isCounted };
  return ask(context, node, wish, {
    action: 'check.notify',
    details: { author: by, comment, isBroadcast, isForced, isCounted, isMessageSent: false },
    also: (trx) => tellComment(trx, context, node, { author: by, comment }),
  });
}

export function delayNotification(context: CommandContext, command: Command<'delay_notification'>): Promise<void> {
  const { untilMs } = command;
  const node = findObject(context.site, command.target);
  return ask(
    context,
    node,
    { do: 'delay_notification', untilMs },
    {
      action: 'check.delay_notification',
      details: { untilMs },
    },
  );
}

export function setNotificationNumber(
  context: CommandContext,
  command: Command<'set_notification_number'>,
): Promise<void> {
  const { number } = command;
  const node = findObject(context.site, command.target);
  return ask(
    context,
    node,
    { do: 'notification_number', number },
    {
      action: 'check.notification_number',
      details: { number },
    },
  );
}
