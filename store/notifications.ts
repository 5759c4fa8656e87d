// One LISTEN connection per process, shared by all who wait for something to
// happen in the database. A wake-up can be lost while the connection is away, so
// subscribers are nudged on every reconnect and poll besides.

import pg from 'pg';
import { backoffMs } from '#kernel/backoff.ts';
import type { Clock } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';

export interface Notifications {
  /** `heard` gets the payload, or '' after a reconnect. Returns the way out. */
  subscribe(channel: string, heard: (payload: string) => void): () => void;
}

export function createNotifications(
  deps: { clock: Clock; log: Logger },
  clientConfig: pg.ClientConfig,
): Notifications & Service {
  const { clock, log } = deps;
  const subscribers = new Map<string, Set<(payload: string) => void>>();
  const stopping = new AbortController();
  let client: pg.Client | undefined;
  let reconnecting: Promise<void> = Promise.resolve();

  const tellAll = (channel: string, payload: string) => {
    for (const heard of subscribers.get(channel) ?? []) heard(payload);
  };

  async function connect(): Promise<void> {
    const next = new pg.Client({ ...clientConfig, keepAlive: true });
    next.on('error', (error) => lost(next, error));
    next.on('end', () => lost(next, new Error('connection ended')));
    next.on('notification', (message) => tellAll(message.channel, message.payload ?? ''));
    await next.connect();
    for (const channel of subscribers.keys()) await next.query(`listen ${pg.escapeIdentifier(channel)}`);
    client = next;
    for (const channel of subscribers.keys()) tellAll(channel, '');
  }

  function lost(which: pg.Client, error: Error): void {
    if (which !== client || stopping.signal.aborted) return;
    client = undefined;
    log.warn('the notification connection broke', { error: error.message });
    reconnecting = reconnect();
  }

  async function reconnect(): Promise<void> {
    for (let attempt = 1; !stopping.signal.aborted; attempt++) {
      await clock.sleep(backoffMs({ firstMs: 50, factor: 2, maxMs: 5000 }, attempt), stopping.signal);
      try {
        return await connect();
      } catch (error) {
        log.debug('the notification connection is still away', errorFields(error));
      }
    }
  }

  return {
    name: 'notifications',
    start: connect,
    async stop() {
      stopping.abort();
      await reconnecting;
      const last = client;
      client = undefined;
      await last?.end();
    },
    subscribe(channel, heard) {
      let set = subscribers.get(channel);
      if (!set) {
        set = new Set();
        subscribers.set(channel, set);
        // Before start() there is no client yet; connect() listens to every known channel.
        client
          ?.query(`listen ${pg.escapeIdentifier(channel)}`)
          .catch((error: Error) => log.warn('listen failed', { channel, error: error.message }));
      }
      set.add(heard);
      return () => void set.delete(heard);
    },
  };
}
