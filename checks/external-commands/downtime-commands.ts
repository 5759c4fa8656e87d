// Downtimes that come by external commands: planned for an object, what a group stands for and
// what is beneath a host; deleted by number, or by host, service, start and comment.

import { sql } from 'kysely';
import { AppError, badRequest } from '#kernel/errors.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { transaction, type Trx } from '#store/postgres.ts';
import type { ExternalCommand } from '#wire/external-command.ts';
import { cancelDowntimes, planDowntimes, type NewDowntime } from '../downtime/plan-downtime.ts';
import { LONGEST_DOWNTIME_MS, MOST_PLANNED } from '../downtime-api.ts';
import type { HostNode, ObjectNode } from '../engine/node.ts';
import { auditName, authorOf, commentOf, noteCommand, type CommandContext } from './command-context.ts';
import { findObjects, targetName, withBeneath } from './command-targets.ts';

type Command<Kind extends ExternalCommand['kind']> = Extract<ExternalCommand, { kind: Kind }>;

/** Throws `invalid_downtime`, `too_many` (400) or `unknown_…` (404). */
export async function scheduleDowntime(context: CommandContext, command: Command<'schedule_downtime'>): Promise<void> {
  const { db, clock, site } = context;
  const { target, triggerId, children } = command;
  const nowMs = clock.nowMs();
  refuseWindow(command, nowMs);
  const nodes = await findObjects(db, site, target);
  const beneath = children === 'none' ? [] : hostsBeneath(nodes);
  if (nodes.length + beneath.length > MOST_PLANNED)
    throw badRequest('too_many', `${targetName(target)} comes to more than ${MOST_PLANNED} downtimes.`);
  const author = authorOf(command, context);
  const comment = commentOf(command);
  const batch = uuidv7(nowMs);
  const planned = (node: ObjectNode, triggeredBy: string | null): NewDowntime => ({
    ...{ hostId: node.hostId, checkId: node.object === 'host' ? null : node.id },
    ...{ startsAtMs: command.startAtMs, endsAtMs: command.endAtMs, isFixed: command.isFixed },
    ...{ durationMs: command.isFixed ? 0 : command.durationMs, triggeredBy, author, comment, batch },
  });
  await transaction(db, async (trx) => {
    if (triggerId !== undefined) await refuseUnknownTrigger(trx, triggerId);
    const trigger = triggerId === undefined ? null : String(triggerId);
    const ids = await planDowntimes(
      trx,
      nodes.map((node) => planned(node, trigger)),
      nowMs,
    );
    const idOf = new Map(nodes.map((node, at) => [node.id, ids[at] ?? null]));
    const following = beneath.map(({ host, root }) =>
      planned(host, children === 'triggered' ? (idOf.get(root.id) ?? null) : trigger),
    );
    await planDowntimes(trx, following, nowMs);
    const [only] = nodes;
    await noteCommand(trx, context, {
      action: 'downtime.schedule',
      object: only && nodes.length === 1 ? auditName(only) : targetName(target),
      details: {
        ...{ author, comment, planned: nodes.length + beneath.length, startsAtMs: command.startAtMs },
        ...{ endsAtMs: command.endAtMs, isFixed: command.isFixed, children },
      },
    });
  });
}

function refuseWindow({ startAtMs, endAtMs, isFixed, durationMs }: Command<'schedule_downtime'>, nowMs: number): void {
  const refuse = (problem: string): never => {
    throw badRequest('invalid_downtime', `The downtime ${problem}.`);
  };
  if (endAtMs <= startAtMs) refuse('ends before it begins');
  if (endAtMs <= nowMs) refuse('is over already');
  if (endAtMs - startAtMs > LONGEST_DOWNTIME_MS) refuse('is longer than 366 days');
  if (!isFixed && (durationMs <= 0 || durationMs > LONGEST_DOWNTIME_MS))
    refuse('is flexible and needs a duration of at most 366 days');
}

/** Each once, with one of the hosts that it is beneath; none of those that are meant anyway. */
function hostsBeneath(nodes: readonly ObjectNode[]): { host: HostNode; root: HostNode }[] {
  const seen = new Set<ObjectNode>(nodes);
  return nodes
    .filter((node) => node.object === 'host')
    .flatMap((root) =>
      withBeneath(root).flatMap((host) => {
        if (seen.has(host)) return [];
        seen.add(host);
        return [{ host, root }];
      }),
    );
}

async function refuseUnknownTrigger(trx: Trx, triggerId: number): Promise<void> {
  const row = await trx
    .selectFrom('downtime')
    .select('id')
    .where('id', '=', triggerId)
    .where('status', 'in', ['pending', 'active'])
    .executeTakeFirst();
  if (!row) throw unknownDowntime(`no downtime ${triggerId}, that could trigger this one, is planned or runs`);
}

/** Throws `unknown_downtime` (404), also for a number that is of the other kind of object. */
export function deleteDowntime(context: CommandContext, command: Command<'delete_downtime'>): Promise<void> {
  const { downtimeId, of } = command;
  return transaction(context.db, async (trx) => {
    const row = await trx
      .selectFrom('downtime as d')
      .leftJoin('check as c', 'c.id', 'd.check_id')
      .select(['d.id', 'c.object'])
      .where('d.id', '=', downtimeId)
      .where('d.status', 'in', ['pending', 'active'])
      .executeTakeFirst();
    if (!row || (row.object ?? 'host') !== of)
      throw unknownDowntime(`no downtime ${downtimeId} of a ${of} is planned or runs`);
    await cancel(trx, context, [downtimeId], `downtime:${downtimeId}`);
  });
}

/** Of the host and its services, or of the one service; none is no failure, as in Nagios. */
export function deleteDowntimes(context: CommandContext, command: Command<'delete_downtimes'>): Promise<void> {
  const { hostName, serviceName, startAtMs, comment } = command;
  const host = hostName === undefined ? undefined : context.site.hostNamed(hostName);
  if (hostName !== undefined && !host)
    throw new AppError('unknown_host', `There is no host ${JSON.stringify(hostName.slice(0, 200))}.`, { status: 404 });
  return transaction(context.db, async (trx) => {
    const { rows } = await sql<{ id: number }>`
      select d.id from downtime d left join "check" c on c.id = d.check_id
      where d.status in ('pending', 'active')
        and (${host?.facts.id ?? null}::uuid is null or d.host_id = ${host?.facts.id ?? null}::uuid)
        and (${serviceName ?? null}::text is null or (c.object = 'service' and c.name = ${serviceName ?? null}::text))
        and (${startAtMs ?? null}::bigint is null or d.starts_at_ms = ${startAtMs ?? null}::bigint)
        and (${comment ?? null}::text is null or d.comment = ${comment ?? null}::text)
      order by d.id limit ${MOST_PLANNED}`.execute(trx);
    const ids = rows.map(({ id }) => id);
    await cancel(trx, context, ids, `downtimes of host:${hostName ?? 'any'}`);
  });
}

async function cancel(trx: Trx, context: CommandContext, ids: readonly number[], object: string): Promise<void> {
  const { actor, clock } = context;
  const cancelled = await cancelDowntimes(trx, ids.map(String), actor.label, clock.nowMs());
  await noteCommand(trx, context, { action: 'downtime.cancel', object, details: { cancelled } });
}

const unknownDowntime = (what: string): AppError =>
  new AppError('unknown_downtime', `There is ${what}.`, { status: 404 });
