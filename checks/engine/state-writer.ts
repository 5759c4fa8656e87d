// Commits what the engine has decided: states, rings, history and events of many objects in
// one transaction. A change goes out at once, a result that changed nothing within a second;
// all of it waits here, in order, while the database is away.

import { backoffMs } from '#kernel/backoff.ts';
import type { Clock, Timer } from '#kernel/clock.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import { errorFields } from '#kernel/errors.ts';
import { uuidv7 } from '#kernel/ids.ts';
import type { Logger } from '#kernel/log.ts';
import { appendEvents } from '#store/event-log.ts';
import { lockLeases } from '#store/lease.ts';
import { transaction, type Db, type Trx } from '#store/postgres.ts';
import { slotLease } from './host-slots.ts';
import { answerRechecks, noteBatch, wasCommitted, type RecheckAnswer } from './recheck-answers.ts';
import {
  appendHistory,
  appendRings,
  saveStates,
  type HistoryRow,
  type RingEntry,
  type StateRow,
} from './state-rows.ts';

/** An object whose state is kept. */
export interface Kept {
  readonly id: string;
  /** Its host's; what another process holds now is not written. */
  readonly slot: number;
  stateRow(): StateRow;
  /** Results since the ring was last written; taken out by the call. */
  takeRing(): RingEntry[];
  /** Whether the ring can wait: it is written with every change, and now and then. */
  isRingDue(nowMs: number): boolean;
}

/** What happened to one object, to be committed with its state. */
export interface Change {
  events?: readonly NewEvent[];
  answers?: readonly RecheckAnswer[];
  history?: readonly HistoryRow[];
  /** Further rows of the same transaction; may be called again when the transaction is tried again. */
  apply?: (trx: Trx) => Promise<void>;
}

export interface StateWriter {
  /** The state of `object` is to be written within a second. */
  touch(object: Kept): void;
  /** The same at once, with what goes along. Resolves to true at the commit, to false when it will never be. */
  commit(object: Kept, change: Change): Promise<boolean>;
  /** Resolves when all that was given before is committed or dropped. */
  flush(): Promise<void>;
  /** What waits of these slots will not be written: others hold them. */
  drop(slots: ReadonlySet<number>): void;
  /** Tries once more to write what waits. */
  stop(): Promise<void>;
  waiting(): number;
}

const QUIET_MS = 1000;
/** Changes of one transaction. */
const MOST_CHANGES = 500;
/**
 * Quiet results of one transaction. Readers of the log see no event before the oldest running transaction has
 * ended, so these are short, and none of them goes before a change.
 */
const MOST_QUIET = 200;

interface Pending {
  object: Kept;
  changes: { change: Change; done: (isCommitted: boolean) => void }[];
}

export function createStateWriter(
  deps: { db: Db; clock: Clock; log: Logger },
  options: { holder: string },
): StateWriter {
  const { db, clock, log } = deps;
  const stopping = new AbortController();
  let quiet = new Map<string, Kept>();
  let changed = new Map<string, Pending>();
  let timer: Timer | undefined;
  let isQuietDue = false;
  let writing: Promise<void> | undefined;

  function startQuiet(): void {
    timer?.cancel();
    timer = undefined;
    isQuietDue = true;
    start();
  }

  function start(): void {
    writing ??= writeAll().finally(() => {
      writing = undefined;
      if (changed.size > 0 || isQuietDue) start();
    });
  }

  /** Every change that waits or comes meanwhile, and the quiet results that waited when it began. */
  async function writeAll(): Promise<void> {
    // A change alone does not bring the quiet ones along: they have their own second.
    const rest = isQuietDue ? quiet : new Map<string, Kept>();
    if (isQuietDue) quiet = new Map();
    isQuietDue = false;
    for (;;) {
      const changes = takeFirst(changed, MOST_CHANGES);
      for (const { object } of changes) rest.delete(object.id);
      const also = changes.length > 0 ? [] : takeFirst(rest, MOST_QUIET);
      if (changes.length === 0 && also.length === 0) return;
      await writeBatch(changes, also);
    }
  }

  /** Either changes or quiet results. */
  async function writeBatch(changes: Pending[], also: Kept[]): Promise<void> {
    const batchId = uuidv7(clock.nowMs());
    const objects = [...changes.map(({ object }) => object), ...also];
    const rows = objects.map((object) => toRow(object, changes.length > 0, clock.nowMs()));
    const batch: Batch = { batchId, changes, rows };
    for (let attempt = 1; ; attempt++) {
      try {
        const written = await transaction(db, (trx) => commitBatch(trx, batch, options.holder, attempt > 1));
        for (const { object, changes: done } of changes) for (const each of done) each.done(written.has(object.slot));
        return;
      } catch (error) {
        if (attempt === 1)
          log.warn('check results wait for the database', { results: objects.length, ...errorFields(error) });
        if (stopping.signal.aborted) {
          for (const { changes: done } of changes) for (const each of done) each.done(false);
          return;
        }
        await clock.sleep(backoffMs({ firstMs: 100, factor: 2, maxMs: 5000 }, attempt), stopping.signal);
      }
    }
  }

  return {
    touch(object) {
      quiet.set(object.id, object);
      timer ??= clock.after(QUIET_MS, startQuiet);
    },
    commit(object, change) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const pending = changed.get(object.id) ?? { object, changes: [] };
      pending.changes.push({ change, done: resolve });
      changed.set(object.id, pending);
      if (!writing) start();
      return promise;
    },
    async flush() {
      while (writing || quiet.size > 0 || changed.size > 0) {
        startQuiet();
        await writing;
      }
    },
    drop(slots) {
      for (const [id, object] of quiet) if (slots.has(object.slot)) quiet.delete(id);
      for (const [id, { object, changes }] of changed) {
        if (!slots.has(object.slot)) continue;
        changed.delete(id);
        for (const { done } of changes) done(false);
      }
    },
    async stop() {
      stopping.abort();
      startQuiet();
      while (writing) await writing;
    },
    waiting: () => quiet.size + changed.size,
  };
}

function takeFirst<Value>(from: Map<string, Value>, count: number): Value[] {
  const taken: Value[] = [];
  for (const [id, value] of from) {
    if (taken.length >= count) break;
    from.delete(id);
    taken.push(value);
  }
  return taken;
}

interface BatchRow {
  slot: number;
  state: StateRow;
  ring: RingEntry[];
}

interface Batch {
  batchId: string;
  changes: Pending[];
  rows: BatchRow[];
}

// Read once, before the first attempt: a repeat writes the same.
const toRow = (object: Kept, isChange: boolean, nowMs: number): BatchRow => ({
  slot: object.slot,
  state: object.stateRow(),
  ring: isChange || object.isRingDue(nowMs) ? object.takeRing() : [],
});

/** Returns the slots that were written: those that this process still holds. */
async function commitBatch(trx: Trx, batch: Batch, holder: string, isRepeat: boolean): Promise<Set<number>> {
  const slots = [...new Set(batch.rows.map(({ slot }) => slot))];
  const held = await lockLeases(trx, { names: slots.map(slotLease), holder });
  const ours = new Set(slots.filter((slot) => held.has(slotLease(slot))));
  // The connection may have broken after the commit: then everything is there already.
  if (isRepeat && (await wasCommitted(trx, holder, batch.batchId))) return ours;
  const rows = batch.rows.filter(({ slot }) => ours.has(slot));
  const changes = batch.changes
    .filter(({ object }) => ours.has(object.slot))
    .flatMap(({ changes: all }) => all.map(({ change }) => change));
  await saveStates(
    trx,
    rows.map(({ state }) => state),
    holder,
  );
  await appendRings(
    trx,
    rows.filter(({ ring }) => ring.length > 0).map(({ state, ring }) => ({ checkId: state.checkId, entries: ring })),
  );
  if (changes.length === 0) return ours;
  await appendHistory(
    trx,
    changes.flatMap(({ history = [] }) => history),
  );
  for (const { apply } of changes) await apply?.(trx);
  const answers = await answerRechecks(
    trx,
    changes.flatMap(({ answers: all = [] }) => all),
  );
  await appendEvents(trx, [...changes.flatMap(({ events = [] }) => events), ...answers]);
  await noteBatch(trx, holder, batch.batchId, rows[0]?.state.lastCheckAtMs ?? 0);
  return ours;
}
