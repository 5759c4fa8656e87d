// The trace that every edit of an object leaves: one event and one audit entry, in
// the transaction of the edit.

import type { Actor } from '#kernel/domain/actor.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { appendEvents } from '#store/event-log.ts';
import type { Trx } from '#store/postgres.ts';

const VERB = { created: 'create', updated: 'update', deleted: 'delete' } as const;

export async function recordChange(
  trx: Trx,
  change: {
    actor: Actor;
    kind: string;
    id: string;
    name: string;
    change: keyof typeof VERB;
    atMs: number;
    details?: Record<string, unknown>;
  },
): Promise<void> {
  const { actor, kind, id, name, atMs } = change;
  await appendEvents(trx, [
    { kind: 'config.changed', atMs, data: { kind, id, name, change: change.change, by: actor.label } },
  ]);
  await appendAudit(trx, {
    atMs,
    actor: actor.label,
    action: `${kind}.${VERB[change.change]}`,
    object: `${kind}:${id} ${name}`,
    result: 'done',
    source: actor.source,
    details: change.details ?? {},
  });
}
