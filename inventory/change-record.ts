// What every change of inventory leaves behind, in its own transaction: an audit
// entry, and an event for those who must hear of it.

import type { Actor } from '#kernel/domain/actor.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import { conflict, notFound } from '#kernel/errors.ts';
import { isUuid } from '#kernel/ids.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { appendEvents } from '#store/event-log.ts';
import { isUniqueViolation, type Trx } from '#store/postgres.ts';

export interface Change {
  action: string;
  object: string;
  details: Record<string, unknown>;
  event: NewEvent;
}

export async function recordChange(trx: Trx, actor: Actor, atMs: number, change: Change): Promise<void> {
  await appendAudit(trx, {
    atMs,
    actor: actor.label,
    action: change.action,
    object: change.object,
    result: 'done',
    source: actor.source,
    details: change.details,
  });
  await appendEvents(trx, [change.event]);
}

/** `config.changed` of an object that inventory owns. */
export function configChanged(
  actor: Actor,
  atMs: number,
  kind: 'host_group' | 'desired_state',
  object: { id: string; name: string },
  change: 'created' | 'updated' | 'deleted',
  details: Record<string, unknown> = {},
): Change {
  return {
    action: `${kind}.${change}`,
    object: `${kind}:${object.id} ${object.name}`,
    details,
    event: { kind: 'config.changed', atMs, data: { kind, id: object.id, name: object.name, change, by: actor.label } },
  };
}

/** The columns are uuids: any other text is an id that does not exist, not a fault of the database. */
export function requireUuid(what: string, id: string): string {
  if (!isUuid(id)) throw notFound(what, id);
  return id;
}

export const staleVersion = (what: string, name: string): Error =>
  conflict('stale_version', `The ${what} ${JSON.stringify(name)} was changed meanwhile. Load it again and repeat.`);

/** Turns a violated unique name into `name_taken`. */
export async function withUniqueName<Result>(what: string, name: string, write: Promise<Result>): Promise<Result> {
  try {
    return await write;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw conflict('name_taken', `There is a ${what} named ${JSON.stringify(name)} already. Choose another name.`);
  }
}
