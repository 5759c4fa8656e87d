// The append-only event log: written in the transaction of the change it tells of,
// read by consumers that keep their position. An event is handled at least once;
// its handler runs in the transaction that moves the position, so what a handler
// writes to the database happens exactly once.

import { sql } from 'kysely';
import { backoffMs } from '#kernel/backoff.ts';
import type { Clock } from '#kernel/clock.ts';
import type { EventKind, NewEvent, StoredEvent } from '#kernel/domain/event.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { json } from './json.ts';
import type { Notifications } from './notifications.ts';
import { isDatabaseAway, transaction, type Db, type Trx } from './postgres.ts';

export const EVENT_CHANNEL = 'plexus_event';

// A poisonous event is set aside after so many tries, so that it cannot stop the loop for good.
const MAX_FAILURES = 5;
const BATCH = 100;
const POLL_MS = 1000;
// A row that a running transaction hides is due as soon as that one ends, which nobody announces.
const HIDDEN_MS = 5;
const FAILED_MS = 250;

// A statement takes 65,535 values, and an event has eight.
const ROWS_AT_ONCE = 1000;

/** Appends in order and returns the ids, in order. Consumers hear of them when `trx` commits. */
export async function appendEvents(trx: Trx | Db, events: readonly NewEvent[]): Promise<string[]> {
  if (events.length === 0) return [];
  const ids: string[] = [];
  for (let at = 0; at < events.length; at += ROWS_AT_ONCE)
    ids.push(...(await insertEvents(trx, events.slice(at, at + ROWS_AT_ONCE))));
  return ids;
}

async function insertEvents(trx: Trx | Db, events: readonly NewEvent[]): Promise<string[]> {
  // Names the kinds, so that only those who wait for one of them get up. PostgreSQL sends equal ones once.
  const kinds = [...new Set(events.map(({ kind }) => kind))].join();
  const rows = await trx
    .insertInto('event')
    .values(
      events.map((event) => ({
        kind: event.kind,
        at_ms: Math.round(event.atMs),
        host_id: event.hostId ?? null,
        check_id: event.checkId ?? null,
        alert_id: event.alertId ?? null,
        run_id: event.runId ?? null,
        cause_id: event.causeId === undefined ? null : Number(event.causeId),
        data: json(event.data),
      })),
    )
    .returning(['id', sql`pg_notify(${EVENT_CHANNEL}, ${kinds})`.as('told')])
    .execute();
  return rows.map((row) => String(row.id));
}

interface EventRow {
  id: number;
  kind: string;
  at_ms: number;
  host_id: string | null;
  check_id: string | null;
  alert_id: string | null;
  run_id: string | null;
  cause_id: number | null;
  data: unknown;
}

/** Row of the event table → event. The log is written by `appendEvents` only, so kind and data agree. */
export function toStoredEvent(row: EventRow): StoredEvent {
  return {
    id: String(row.id),
    kind: row.kind,
    atMs: row.at_ms,
    ...(row.host_id && { hostId: row.host_id }),
    ...(row.check_id && { checkId: row.check_id }),
    ...(row.alert_id && { alertId: row.alert_id }),
    ...(row.run_id && { runId: row.run_id }),
    ...(row.cause_id !== null && { causeId: String(row.cause_id) }),
    data: row.data,
  } as StoredEvent;
}

export interface EventConsumerOptions<Kind extends EventKind> {
  /** Stable name: the position is kept under it. */
  name: string;
  kinds: readonly Kind[];
  /** Start at the end of the log instead of its beginning, when the consumer is new. */
  fromNow?: boolean;
  /** Database work only, within `trx`. Throwing rolls this event back; it is tried again, five times in all. */
  handle(event: StoredEvent<Kind>, trx: Trx): Promise<void>;
  /** Called after each committed batch, for effects that need no durability of their own (wake-ups). */
  afterCommit?(events: StoredEvent<Kind>[]): void;
}

export interface EventConsumer extends Service {
  /** Resolves when everything committed before the call has been handled; for tests and orderly stops. */
  drain(): Promise<void>;
}

/**
 * A consumer runs in any number of processes: the row of its position is the lock,
 * and whoever holds it handles the next batch. Events come in (transaction, id)
 * order; rows of transactions that may still commit others before them wait.
 */
export function createEventConsumer<Kind extends EventKind>(
  deps: { db: Db; clock: Clock; log: Logger; notifications: Notifications },
  options: EventConsumerOptions<Kind>,
): EventConsumer {
  const { db, clock } = deps;
  const log = deps.log.child({ consumer: options.name });
  const stopping = new AbortController();
  let wake = () => {};
  let woken = false;
  let loop: Promise<void> = Promise.resolve();
  let batch: Promise<unknown> = Promise.resolve();
  let unsubscribe = () => {};

  async function ensurePosition(): Promise<void> {
    const start = options.fromNow ? sql<string>`pg_snapshot_xmin(pg_current_snapshot())` : sql<string>`'0'::xid8`;
    await db
      .insertInto('consumer_position')
      .values({ consumer: options.name, xid: start, id: 0, updated_at_ms: clock.nowMs() })
      .onConflict((conflict) => conflict.column('consumer').doNothing())
      .execute();
  }

  // Locks the position and reads what stands after it; nothing when another process holds it or nothing is there.
  // Kinds of others come along without their data, so that the position always moves
  // forward. Rows in sight but at or above the oldest running transaction are "hidden".
  // Ordered by the columns: a bare "xid" would be the text above, in which 1000 comes before 999.
  const nextRows = (trx: Trx) =>
    sql<EventRow & { xid: string; wanted: boolean; hidden: boolean; failures: number }>`
      with position as materialized (
        select xid, id, failures from consumer_position where consumer = ${options.name} for update skip locked)
      select e.id, e.xid::text as xid, e.kind, e.at_ms, e.host_id, e.check_id, e.alert_id, e.run_id, e.cause_id,
        e.kind = any(${[...options.kinds]}::text[]) as wanted,
        e.xid >= pg_snapshot_xmin(pg_current_snapshot()) as hidden,
        case when e.kind = any(${[...options.kinds]}::text[]) then e.data end as data, p.failures
      from position p, lateral (
        select * from event where (xid, id) > (p.xid, p.id) order by xid, id limit ${BATCH}) e
      order by e.xid, e.id`
      .execute(trx)
      .then((result) => result.rows);

  type Outcome = 'more' | 'hidden' | 'empty' | 'failed';

  /** Handles one batch in one transaction. 'empty' also when another process holds the position. */
  async function handleBatch(): Promise<Outcome> {
    const handled: StoredEvent<Kind>[] = [];
    const outcome = await transaction(db, async (trx): Promise<Outcome> => {
      handled.length = 0;
      const rows = await nextRows(trx);
      let passed: { xid: string; id: number } | undefined;
      for (const row of rows) {
        if (row.hidden) {
          if (passed) await movePast(trx, passed);
          return 'hidden';
        }
        if (row.wanted && !(await handleOne(trx, row, handled))) {
          const failures = passed ? 1 : row.failures + 1;
          if (passed) await movePast(trx, passed);
          if (failures < MAX_FAILURES) await noteFailures(trx, failures);
          else await movePast(trx, row);
          return 'failed';
        }
        passed = row;
      }
      if (passed) await movePast(trx, passed);
      return rows.length === BATCH ? 'more' : 'empty';
    });
    if (handled.length > 0) options.afterCommit?.(handled);
    return outcome;
  }

  async function handleOne(trx: Trx, row: EventRow, handled: StoredEvent<Kind>[]): Promise<boolean> {
    await sql`savepoint before_event`.execute(trx);
    try {
      const event = toStoredEvent(row) as StoredEvent<Kind>;
      await options.handle(event, trx);
      await sql`release savepoint before_event`.execute(trx);
      handled.push(event);
      return true;
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      await sql`rollback to savepoint before_event`.execute(trx);
      log.warn('an event could not be handled', { event: row.id, kind: row.kind, ...errorFields(error) });
      const text = error instanceof Error ? error.message : String(error);
      // Overwritten by each try; deleted by nobody: what stays here with the position past it was set aside.
      await trx
        .insertInto('consumer_failure')
        .values({ consumer: options.name, event_id: row.id, failed_at_ms: clock.nowMs(), error: text.slice(0, 2000) })
        .onConflict((conflict) =>
          conflict
            .columns(['consumer', 'event_id'])
            .doUpdateSet({ failed_at_ms: clock.nowMs(), error: text.slice(0, 2000) }),
        )
        .execute();
      return false;
    }
  }

  const movePast = (trx: Trx, row: { xid: string; id: number }) =>
    trx
      .updateTable('consumer_position')
      .set({ xid: sql`${row.xid}::xid8`, id: row.id, failures: 0, updated_at_ms: clock.nowMs() })
      .where('consumer', '=', options.name)
      .execute();

  const noteFailures = (trx: Trx, failures: number) =>
    trx.updateTable('consumer_position').set({ failures }).where('consumer', '=', options.name).execute();

  /** Until somebody nudges, or `delayMs` have passed. */
  async function pause(delayMs: number): Promise<void> {
    if (woken || stopping.signal.aborted) return;
    const nudged = new AbortController();
    wake = () => nudged.abort();
    await clock.sleep(delayMs, nudged.signal);
    wake = () => {};
  }

  async function runLoop(): Promise<void> {
    let away = 0;
    while (!stopping.signal.aborted) {
      woken = false;
      try {
        const handling = handleBatch();
        batch = handling.catch(() => undefined);
        const outcome = await handling;
        away = 0;
        if (outcome !== 'more')
          await pause(outcome === 'hidden' ? HIDDEN_MS : outcome === 'failed' ? FAILED_MS : POLL_MS);
      } catch (error) {
        away++;
        if (away === 1) log.warn('events wait: the database did not answer', errorFields(error));
        await pause(backoffMs({ firstMs: 100, factor: 2, maxMs: 5000 }, away));
      }
    }
  }

  const nudge = () => {
    woken = true;
    wake();
  };

  return {
    name: `consumer ${options.name}`,
    async start() {
      await ensurePosition();
      const wanted = new Set<string>(options.kinds);
      unsubscribe = deps.notifications.subscribe(EVENT_CHANNEL, (payload) => {
        // '' after a reconnect: anything may have been missed. What others are told of is passed over at the next poll.
        if (payload === '' || payload.split(',').some((kind) => wanted.has(kind))) nudge();
      });
      loop = runLoop();
    },
    async stop() {
      stopping.abort();
      unsubscribe();
      wake();
      await loop;
    },
    async drain() {
      const last = await db
        .selectFrom('event')
        .select(({ fn }) => fn.max('id').as('id'))
        .executeTakeFirst();
      const targetId = last?.id ?? 0;
      while (!stopping.signal.aborted) {
        const behind = await sql<{ behind: boolean }>`
          select exists (select 1 from event e, consumer_position p where p.consumer = ${options.name}
            and e.id <= ${targetId} and (e.xid, e.id) > (p.xid, p.id)) as behind`.execute(db);
        if (!behind.rows[0]?.behind) {
          // The position is committed a moment before `afterCommit` is called.
          await batch;
          return;
        }
        nudge();
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    },
  };
}
