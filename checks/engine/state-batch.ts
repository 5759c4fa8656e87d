// One batch of results as one transaction: only what this process still holds and what still
// exists, and once, even when the connection breaks at the commit.

import type { NewEvent } from '#kernel/domain/event.ts';
import { appendEvents } from '#store/event-log.ts';
import { lockLeases } from '#store/lease.ts';
import type { Trx } from '#store/postgres.ts';
import { slotLease } from './host-slots.ts';
import { answerRechecks, claimBatch } from './recheck-answers.ts';
import { appendHistory, appendRings, saveStates, type RingEntry, type StateRow } from './state-rows.ts';
import type { Change } from './state-writer.ts';

/** One object of a batch. */
export interface BatchEntry {
  slot: number;
  /** Undefined for an object that has no row. */
  state: StateRow | undefined;
  ring: readonly RingEntry[];
  changes: readonly Change[];
}

export interface Batch<Entry extends BatchEntry> {
  id: string;
  atMs: number;
  entries: readonly Entry[];
}

/** Returns the entries that are in the tables now; others belong to another process, or to a check that was deleted. */
export async function commitBatch<Entry extends BatchEntry>(
  trx: Trx,
  batch: Batch<Entry>,
  holder: string,
  isRepeat: boolean,
): Promise<ReadonlySet<Entry>> {
  const slots = [...new Set(batch.entries.map(({ slot }) => slot))];
  const held = await lockLeases(trx, { names: slots.map(slotLease), holder });
  const ours = batch.entries.filter(({ slot }) => held.has(slotLease(slot)));
  // A state may be written twice, everything else may not.
  const isOnce = batch.entries.some(({ ring, changes }) => ring.length > 0 || changes.length > 0);
  if (isOnce && !(await claimBatch(trx, holder, batch)) && isRepeat) return new Set(ours);

  const states = ours.flatMap(({ state }) => state ?? []);
  const saved = await saveStates(trx, states, holder);
  await appendRings(
    trx,
    ours.flatMap(({ state, ring }) => (state && ring.length > 0 ? { checkId: state.checkId, entries: ring } : [])),
  );
  // Of a check that was deleted meanwhile nothing is told: nobody could ever tell of its end.
  const present = ours.filter(({ state }) => state === undefined || saved.has(state.checkId));
  const changes = present.flatMap((entry) => entry.changes);
  for (const { apply } of ours.flatMap((entry) => entry.changes)) await apply?.(trx);
  if (changes.length > 0) await tell(trx, changes);
  return new Set(present);
}

async function tell(trx: Trx, changes: readonly Change[]): Promise<void> {
  await appendHistory(
    trx,
    changes.flatMap(({ history = [] }) => history),
  );
  const answers = await answerRechecks(
    trx,
    changes.flatMap(({ answers: all = [] }) => all),
  );
  const events: NewEvent[] = changes.flatMap(({ events: all = [] }) => all);
  await appendEvents(trx, [...events, ...answers]);
}
