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
const GIVE_UP_AFTER = 30;

export function createInboxReader(deps: InboxReaderDeps): InboxReader {
  const { db, clock, log } = deps;
  const inWork = new Set<number>();
  const tries = new Map<number, number>();
  let reading: Promise<void> | undefined;
  let isWoken = false;
  let isStopped = false;
  let timer: Timer | undefined;
  let unsubscribe = () => {};

  async function readAll(): Promise<void> {
    for (isWoken = true; isWoken && !isStopped;) {
      isWoken = false;
      try {
        const entries = await readRequests(db, [...deps.heldSlots()], inWork, BATCH);
        for (const entry of entries) await take(entry);
        isWoken ||= entries.length >= BATCH;
      } catch (error) {
        log.debug('the inbox of checks could not be read', errorFields(error));
      }
    }
  }

  async function take({ id, request }: InboxEntry): Promise<void> {
    const done = deps.requests.handle(request, (trx) => removeRequest(trx, id));
    if (done) {
      inWork.add(id);
      tries.delete(id);
      void done.finally(() => inWork.delete(id));
      return;
    }
    const count = (tries.get(id) ?? 0) + 1;
    tries.set(id, count);
    if (count < GIVE_UP_AFTER) return;
    tries.delete(id);
    log.warn('a request for an object that does not exist is given up', { object: request.objectId, what: request.do });
    await removeRequest(db, id);
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
      timer = clock.every(POLL_MS, wake);
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
