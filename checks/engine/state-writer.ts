// Commits what the engine has decided: states, rings, history and events of many objects in
// one transaction. A change goes out at once, a result that changed nothing within a second;
// all of it waits here, in order, while the database is away.

import { backoffMs } from '#kernel/backoff.ts';
import type { Clock, Timer } from '#kernel/clock.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import { errorFields } from '#kernel/errors.ts';
import { uuidv7 } from '#kernel/ids.ts';
import type { Logger } from '#kernel/log.ts';
import { isDatabaseAway, transaction, type Db, type Trx } from '#store/postgres.ts';
import type { RecheckAnswer } from './recheck-answers.ts';
import { commitBatch, type Batch, type BatchEntry } from './state-batch.ts';
import type { HistoryRow, RingEntry, StateRow } from './state-rows.ts';

/** An object whose state is kept. */
export interface Kept {
  readonly id: string;
  /** Its host's; what another process holds now is not written. */
  readonly slot: number;
  /** False for a host without a check of its own: it has no row, and only what goes along is written. */
  readonly hasRow: boolean;
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
  /** The same at once, with what goes along. Resolves to true at the commit, to false when it will never be. Never rejects. */
  commit(object: Kept, change: Change): Promise<boolean>;
  /** Resolves when all that was given before is committed, dropped, or was refused by the database. */
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
 * ended, so these are short, and changes go first; but one such transaction may follow each of theirs.
 */
const MOST_QUIET = 200;
/** What the database refuses is no reason to keep others waiting; it is tried again now and then. */
const REFUSED_AGAIN_MS = 5000;

interface Pending {
  object: Kept;
  changes: { change: Change; done: (isCommitted: boolean) => void }[];
  /** Taken out of the object by a try that was refused. */
  ring: RingEntry[];
}

export function createStateWriter(
  deps: { db: Db; clock: Clock; log: Logger },
  options: { holder: string },
): StateWriter {
  const { db, clock, log } = deps;
  const stopping = new AbortController();
  let quiet = new Map<string, Kept>();
  const changed = new Map<string, Pending>();
  let refused = new Map<string, Pending>();
  let timer: Timer | undefined;
  let refusedTimer: Timer | undefined;
  let isQuietDue = false;
  let round: Promise<void> | undefined;

  function startQuiet(): void {
    timer?.cancel();
    timer = undefined;
    isQuietDue = true;
    start();
  }

  function start(): void {
    round ??= writeRound().finally(() => {
      round = undefined;
      if (changed.size > 0 || isQuietDue) start();
    });
  }

  /**
   * Every change that waits, and the quiet results if their second is over. What comes meanwhile does not make the
   * round longer than a batch: the next round takes it.
   */
  async function writeRound(): Promise<void> {
    const rest = isQuietDue ? quiet : new Map<string, Kept>();
    if (isQuietDue) quiet = new Map();
    isQuietDue = false;
    let waiting = changed.size;
    while (waiting > 0 || rest.size > 0) {
      const changes = takeFirst(changed, MOST_CHANGES);
      waiting -= changes.length;
      // Written with their change.
      for (const { object } of changes) rest.delete(object.id);
      await writeBatch(changes.map((pending) => toEntry(pending, true)));
      // With its state the change that waits would have to be written too.
      for (const id of changed.keys()) rest.delete(id);
      const also = takeFirst(rest, MOST_QUIET);
      await writeBatch(also.map((object) => toEntry({ object, changes: [], ring: [] }, false)));
    }
  }

  // Read once, before the first attempt: a repeat writes the same.
  const toEntry = (pending: Pending, isChange: boolean): WriterEntry => {
    const { object, changes } = pending;
    const isRingDue = isChange || object.isRingDue(clock.nowMs());
    return {
      pending,
      slot: object.slot,
      state: object.hasRow ? object.stateRow() : undefined,
      ring: isRingDue && object.hasRow ? [...pending.ring, ...object.takeRing()] : [],
      changes: changes.map(({ change }) => change),
    };
  };

  async function writeBatch(entries: readonly WriterEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const atMs = clock.nowMs();
    const batch: Batch<WriterEntry> = { id: uuidv7(atMs), atMs, entries };
    for (let attempt = 1; ; attempt++) {
      try {
        const written = await transaction(db, (trx) => commitBatch(trx, batch, options.holder, attempt > 1));
        for (const entry of entries) settle(entry, written.has(entry));
        return;
      } catch (error) {
        if (stopping.signal.aborted) {
          for (const entry of entries) settle(entry, false);
          return;
        }
        if (!isDatabaseAway(error)) return writeApart(entries, error);
        if (attempt === 1)
          log.warn('check results wait for the database', { results: entries.length, ...errorFields(error) });
        await clock.sleep(backoffMs({ firstMs: 100, factor: 2, maxMs: 5000 }, attempt), stopping.signal);
      }
    }
  }

  /** The database answered, and would not have this batch: what is wrong with one of them must not stop the others. */
  async function writeApart(entries: readonly WriterEntry[], error: unknown): Promise<void> {
    const half = Math.ceil(entries.length / 2);
    if (entries.length > 1) {
      await writeBatch(entries.slice(0, half));
      return writeBatch(entries.slice(half));
    }
    for (const { pending, ring } of entries) {
      const { id } = pending.object;
      log.error('the database refuses the result of a check; it is kept and tried again', {
        object: id,
        ...errorFields(error),
      });
      // What came meanwhile stays behind it.
      const later = changed.get(id)?.changes ?? [];
      changed.delete(id);
      quiet.delete(id);
      refused.set(id, { ...pending, changes: [...pending.changes, ...later], ring: ring.slice(-MOST_KEPT) });
    }
    refusedTimer ??= clock.after(REFUSED_AGAIN_MS, takeBackRefused);
  }

  function takeBackRefused(): void {
    refusedTimer?.cancel();
    refusedTimer = undefined;
    for (const [id, pending] of refused) changed.set(id, pending);
    refused = new Map();
    start();
  }

  return {
    touch(object) {
      // Its state goes with the change that is tried again.
      if (!object.hasRow || refused.has(object.id)) return;
      quiet.set(object.id, object);
      timer ??= clock.after(QUIET_MS, startQuiet);
    },
    commit(object, change) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const kept = refused.get(object.id) ?? changed.get(object.id);
      const pending = kept ?? { object, changes: [], ring: [] };
      pending.changes.push({ change, done: resolve });
      if (!kept) changed.set(object.id, pending);
      // Taken away and brought back meanwhile: the object of this id is another now.
      if (pending.object !== object) {
        pending.ring.push(...pending.object.takeRing());
        pending.object = object;
      }
      if (!round && changed.size > 0) start();
      return promise;
    },
    async flush() {
      await round;
      startQuiet();
      // Until a round has begun that took everything.
      while (isQuietDue) await round;
      await round;
    },
    drop(slots) {
      for (const [id, object] of quiet) if (slots.has(object.slot)) quiet.delete(id);
      for (const waiting of [changed, refused])
        for (const [id, { object, changes }] of waiting) {
          if (!slots.has(object.slot)) continue;
          waiting.delete(id);
          for (const { done } of changes) done(false);
        }
    },
    async stop() {
      stopping.abort();
      takeBackRefused();
      startQuiet();
      while (round) await round;
    },
    waiting: () => quiet.size + changed.size + refused.size,
  };
}

type WriterEntry = BatchEntry & { pending: Pending };

/** As long as a ring is. */
const MOST_KEPT = 90;

function settle({ pending }: WriterEntry, isCommitted: boolean): void {
  for (const { done } of pending.changes) done(isCommitted);
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
