// The live stream: one reader of the event log per process, any number of browsers.
// A slow browser is cut off rather than buffered for; it comes back with Last-Event-ID.

import type { Clock } from '#kernel/clock.ts';
import type { StoredEvent } from '#kernel/domain/event.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { EVENT_CHANNEL } from '#store/event-log.ts';
import { readTail, tailEnd, type TailPosition } from '#store/event-reader.ts';
import type { Notifications } from '#store/notifications.ts';
import type { Db } from '#store/postgres.ts';
import type { LiveSamples, OutputHint, TimelineEvent } from '#web/contract/events.ts';

export const OUTPUT_CHANNEL = 'plexus_output';
const BATCH = 200;
const POLL_MS = 1000;
const HIDDEN_MS = 10;
const BEAT_MS = 5000;
// At most two updates a second to a widget.
const SAMPLES_EVERY_MS = 500;
// So many unsent bytes mean that the browser does not read.
const MOST_UNSENT_BYTES = 1 << 20;

/** What a connection must be able to do; the route wraps the HTTP response. */
export interface LiveClient {
  topics: ReadonlySet<string>;
  send(message: { id?: string; event: string; data: unknown }): void;
  unsentBytes(): number;
  /** False once the session or token that opened the stream is gone. */
  mayStay(): Promise<boolean>;
  close(): void;
}

export interface LiveFeed extends Service {
  connect(client: LiveClient): () => void;
  /** Called with every batch that the collector heard; cheap when nobody watches. */
  onSamples(samples: readonly Sample[]): void;
  clients(): number;
}

/** Topics under which an event is sent. */
export function topicsOf(event: StoredEvent): string[] {
  const topics = ['events'];
  if (/^(alert|reflex|notification)\./.test(event.kind)) topics.push('problems');
  if (event.hostId) topics.push(`host:${event.hostId}`);
  if (event.checkId) topics.push(`check:${event.checkId}`);
  if (event.alertId) topics.push(`alert:${event.alertId}`);
  if (event.runId) topics.push(`run:${event.runId}`);
  return topics;
}

export function createLiveFeed(deps: {
  db: Db;
  clock: Clock;
  log: Logger;
  notifications: Notifications;
  toTimeline(events: StoredEvent[]): Promise<TimelineEvent[]>;
}): LiveFeed {
  const { db, clock, log } = deps;
  const clients = new Set<LiveClient>();
  const stopping = new AbortController();
  const unsubscribes: (() => void)[] = [];
  const latest = new Map<string, LiveSamples>();
  let watched = new Set<string>();
  let position: TailPosition = { xid: '0', id: 0 };
  let woken = false;
  let wake = () => {};
  let loop: Promise<void> = Promise.resolve();

  function deliver(client: LiveClient, message: Parameters<LiveClient['send']>[0]): void {
    if (client.unsentBytes() > MOST_UNSENT_BYTES) {
      clients.delete(client);
      client.close();
      return;
    }
    client.send(message);
  }

  const wants = (client: LiveClient, topics: string[]) => topics.some((topic) => client.topics.has(topic));

  async function pass(): Promise<boolean> {
    const tail = await readTail(db, position, BATCH);
    position = tail.position;
    if (clients.size > 0 && tail.events.length > 0) {
      const lines = await deps.toTimeline(tail.events);
      tail.events.forEach((event, index) => {
        const topics = topicsOf(event);
        for (const client of clients) {
          if (wants(client, topics)) deliver(client, { id: event.id, event: 'event', data: lines[index] });
        }
      });
    }
    return tail.hidden || tail.events.length === BATCH;
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      woken = false;
      let again = false;
      try {
        again = await pass();
      } catch (error) {
        log.debug('the live feed waits for the database', errorFields(error));
      }
      if (woken || stopping.signal.aborted) continue;
      const nudged = new AbortController();
      wake = () => nudged.abort();
      await clock.sleep(again ? HIDDEN_MS : POLL_MS, nudged.signal);
    }
  }

  function checkRight(client: LiveClient): void {
    client.mayStay().then(
      (may) => {
        if (may || !clients.delete(client)) return;
        client.close();
      },
      (error: unknown) => log.debug('a right could not be checked', errorFields(error)),
    );
  }

  const nudge = () => {
    woken = true;
    wake();
  };

  function tellOutput(taskId: string): void {
    const hint: OutputHint = { taskId };
    for (const client of clients) if (client.topics.has('output')) deliver(client, { event: 'output', data: hint });
  }

  function flushSamples(): void {
    for (const [key, samples] of latest) {
      const topic = `samples:${key}`;
      for (const client of clients) if (client.topics.has(topic)) deliver(client, { event: 'samples', data: samples });
    }
    latest.clear();
  }

  const rememberWatched = () => {
    watched = new Set(
      [...clients].flatMap((client) => [...client.topics]).filter((topic) => topic.startsWith('samples:')),
    );
  };

  return {
    name: 'live feed',
    async start() {
      // From here on nothing is missed; what was before, browsers read for themselves.
      position = await tailEnd(db);
      unsubscribes.push(
        deps.notifications.subscribe(EVENT_CHANNEL, nudge),
        deps.notifications.subscribe(OUTPUT_CHANNEL, tellOutput),
      );
      const beat = clock.every(BEAT_MS, () => {
        for (const client of clients) {
          deliver(client, { event: 'beat', data: { at: clock.nowMs() } });
          checkRight(client);
        }
      });
      const flush = clock.every(SAMPLES_EVERY_MS, flushSamples);
      unsubscribes.push(
        () => beat.cancel(),
        () => flush.cancel(),
      );
      loop = run();
    },
    async stop() {
      stopping.abort();
      for (const unsubscribe of unsubscribes) unsubscribe();
      wake();
      for (const client of clients) client.close();
      clients.clear();
      await loop;
    },
    connect(client) {
      clients.add(client);
      rememberWatched();
      return () => {
        clients.delete(client);
        rememberWatched();
      };
    },
    onSamples(samples) {
      if (watched.size === 0) return;
      for (const sample of samples) {
        const key = `${sample.cluster}/${sample.host}`;
        if (!watched.has(`samples:${key}`)) continue;
        let entry = latest.get(key);
        if (!entry) latest.set(key, (entry = { cluster: sample.cluster, host: sample.host, values: {} }));
        entry.values[sample.metric] = [sample.atMs, sample.value];
      }
    },
    clients: () => clients.size,
  };
}
