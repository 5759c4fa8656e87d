// Takes what stands in the inbox for the slots of this process, in order, as soon as it is told.

import type { Clock, Timer } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Notifications } from '#store/notifications.ts';
import type { Db } from '#store/postgres.ts';
import { INBOX_CHANNEL, readRequests, removeRequest, type InboxEntry } from './inbox.ts';
import type { RequestHandler } from './request-handler.ts';

interface InboxReaderDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  notifications: Notifications;
  requests: RequestHandler;
  heldSlots(): ReadonlySet<number>;
}

export interface InboxReader {
  start(): void;
  stop(): Promise<void>;
  wake(): void;
  /** Resolves when everything that stood in it before the call is done. */
  drain(): Promise<void>;
}

const BATCH = 1000;
const POLL_MS = 1000;
/** A request for an object that nobody has: its check was deleted, or is not loaded yet. */
const GIVE_UP_MS = 30_000;
/** Taken in and not committed: the rest stays in the table, where it costs no memory. */
const MOST_IN_WORK = 10_000;

export function createInboxReader(deps: InboxReaderDeps): InboxReader {
  const { db, clock, log } = deps;
  const inWork = new Set<number>();
  /** Requests for unknown objects: when each was first seen. They are looked at again with each poll, not each wake. */
  const unknown = new Map<number, { sinceTick: number; objectId: string }>();
  let reading: Promise<void> | undefined;
  let isWoken = false;
  let isPolled = true;
  let isStopped = false;
  let timer: Timer | undefined;
  let unsubscribe = () => {};

  async function readAll(): Promise<void> {
    for (isWoken = true; isWoken && !isStopped && inWork.size < MOST_IN_WORK;) {
      isWoken = false;
      try {
        const except = isPolled ? inWork : new Set([...inWork, ...unknown.keys()]);
        // What comes for an object after a request that waits stays behind it.
        const behind = new Set(isPolled ? [] : [...unknown.values()].map(({ objectId }) => objectId));
        isPolled = false;
        const entries = await readRequests(db, [...deps.heldSlots()], except, BATCH);
        for (const entry of entries) await take(entry, behind);
        isWoken ||= entries.length >= BATCH;
      } catch (error) {
        log.debug('the inbox of checks could not be read', errorFields(error));
      }
    }
  }

  async function take({ id, request }: InboxEntry, behind: ReadonlySet<string>): Promise<void> {
    const { objectId } = request;
    const done = behind.has(objectId) ? undefined : deps.requests.handle(request, (trx) => removeRequest(trx, id));
    if (done) {
      inWork.add(id);
      unknown.delete(id);
      void done.finally(() => inWork.delete(id));
      return;
    }
    const tick = clock.monotonicMs();
    const { sinceTick } = unknown.get(id) ?? { sinceTick: tick };
    unknown.set(id, { sinceTick, objectId });
    if (tick - sinceTick < GIVE_UP_MS) return;
    unknown.delete(id);
    log.warn('a request for an object that does not exist is given up', { object: objectId, what: request.do });
    await removeRequest(db, id);
  }

  function poll(): void {
    isPolled = true;
    // Slots that were lost took their requests along.
    const tick = clock.monotonicMs();
    for (const [id, { sinceTick }] of unknown) if (tick - sinceTick > 2 * GIVE_UP_MS) unknown.delete(id);
    wake();
  }

  function wake(): void {
    isWoken = true;
    reading ??= readAll().finally(() => {
      reading = undefined;
    });
  }

  return {
    wake,
    start() {
      unsubscribe = deps.notifications.subscribe(INBOX_CHANNEL, wake);
      timer = clock.every(POLL_MS, poll);
      wake();
    },
    async stop() {
      isStopped = true;
      unsubscribe();
      timer?.cancel();
      await reading;
    },
    async drain() {
      wake();
      await reading;
      while (inWork.size > 0) await new Promise<void>((resolve) => setImmediate(resolve));
    },
  };
}
