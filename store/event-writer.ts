// For those who must not wait for the database (collector, rule runner): takes
// events at once and writes them in order, holding them while PostgreSQL is away.

import { backoffMs } from '#kernel/backoff.ts';
import { createBoundedQueue } from '#kernel/bounded-queue.ts';
import type { Clock } from '#kernel/clock.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { appendEvents } from './event-log.ts';
import { transaction, type Db } from './postgres.ts';

export interface EventWriter extends Service {
  /** Never waits, never throws. Past the bound the newest events are refused and counted. */
  publish(events: readonly NewEvent[]): void;
  /** Resolves when everything published before is committed, or the writer was stopped. */
  flush(): Promise<void>;
  counters(): { waiting: number; refused: number };
}

const MOST_WAITING = 50_000;
const BATCH = 500;

export function createEventWriter(deps: { db: Db; clock: Clock; log: Logger }): EventWriter {
  const { db, clock, log } = deps;
  const waiting = createBoundedQueue<NewEvent>(MOST_WAITING, 'refuse');
  const stopping = new AbortController();
  let writing: Promise<void> | undefined;

  async function writeAll(): Promise<void> {
    for (let batch = waiting.take(BATCH); batch.length > 0; batch = waiting.take(BATCH)) await writeBatch(batch);
  }

  async function writeBatch(batch: NewEvent[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await transaction(db, (trx) => appendEvents(trx, batch));
        return;
      } catch (error) {
        if (attempt === 1)
          log.warn('state changes wait for the database', { events: batch.length, ...errorFields(error) });
        if (stopping.signal.aborted) {
          log.error('state changes were lost: the database was away until the end', {
            events: batch.length + waiting.length,
          });
          return;
        }
        await clock.sleep(backoffMs({ firstMs: 100, factor: 2, maxMs: 5000 }, attempt), stopping.signal);
      }
    }
  }

  const kick = () => {
    writing ??= writeAll().finally(() => {
      writing = undefined;
      if (waiting.length > 0) kick();
    });
  };

  return {
    name: 'event writer',
    start: () => Promise.resolve(),
    async stop() {
      stopping.abort();
      await writing;
    },
    publish(events) {
      for (const event of events) waiting.push(event);
      if (events.length > 0) kick();
    },
    async flush() {
      while (writing) await writing;
    },
    counters: () => ({ waiting: waiting.length, refused: waiting.dropped }),
  };
}
