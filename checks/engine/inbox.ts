// What others ask of the process that runs an object: written with the command that asks it,
// taken in order by whoever holds the object's slot, and gone in the transaction of its effect.

import { sql } from 'kysely';
import type { HostState, ServiceState } from '#kernel/domain/check-state.ts';
import { json } from '#store/json.ts';
import type { Db, Trx } from '#store/postgres.ts';
import type { Downtime } from '../machine/downtime-window.ts';
import { slotOf } from './host-slots.ts';

export const INBOX_CHANNEL = 'plexus_check_inbox';

/** `objectId` is the id of the check, or of the host for one without a check of its own. */
export type EngineRequest = { hostId: string; objectId: string } & (
  | { do: 'result'; state: ServiceState | HostState; output: string; atMs: number; via: string }
  /** At once where `atMs` is over or absent. Forced, which is usual: whatever period, dependencies and switches say. */
  | { do: 'run'; atMs?: number; isForced?: boolean }
  | { do: 'acknowledge'; by: string; comment: string; isSticky: boolean; expiresAtMs: number | null; notifies: boolean }
  | { do: 'unacknowledge'; by: string }
  | { do: 'plan_downtime'; downtime: Downtime }
  | { do: 'cancel_downtime'; downtimeId: string; by: string }
  | {
      do: 'custom_notification';
      by: string;
      comment: string;
      isBroadcast: boolean;
      isForced: boolean;
      increments: boolean;
    }
  | { do: 'delay_notification'; untilMs: number }
  | { do: 'notification_number'; number: number }
);

export interface InboxEntry {
  id: number;
  slot: number;
  request: EngineRequest;
}

/** In order; whoever holds the slots hears of it when `trx` commits. */
export async function putRequests(trx: Trx | Db, requests: readonly EngineRequest[], nowMs: number): Promise<void> {
  if (requests.length === 0) return;
  const rows = requests.map((request) => ({ slot: slotOf(request.hostId), body: json(request), at_ms: nowMs }));
  await trx.insertInto('check_inbox').values(rows).execute();
  await sql`select pg_notify(${INBOX_CHANNEL}, '')`.execute(trx);
}

/** Oldest first, without those already being worked on. */
export async function readRequests(
  db: Db,
  slots: readonly number[],
  except: ReadonlySet<number>,
  limit: number,
): Promise<InboxEntry[]> {
  if (slots.length === 0) return [];
  const rows = await db
    .selectFrom('check_inbox')
    .select(['id', 'slot', 'body'])
    .where('slot', 'in', slots)
    .orderBy('id')
    // Not by a position: rows may commit out of their order. Those in work are few, and still there.
    .limit(limit + except.size)
    .execute();
  return (
    rows
      .filter(({ id }) => !except.has(id))
      // Written by putRequests only.
      .map(({ id, slot, body }) => ({ id, slot, request: body as unknown as EngineRequest }))
  );
}

export const removeRequest = async (trx: Trx | Db, id: number): Promise<void> => {
  await trx.deleteFrom('check_inbox').where('id', '=', id).execute();
};
