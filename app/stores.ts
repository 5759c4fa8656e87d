// Opens what everything stands on: PostgreSQL, the queue, metric history, secrets.

import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '#store/embedded-postgres.ts';
import { createEventWriter, type EventWriter } from '#store/event-writer.ts';
import { openEmbeddedHistory } from '#store/history/embedded.ts';
import type { InfluxSettings } from '#store/history/influx/endpoint.ts';
import type { MetricHistory } from '#store/history/history.ts';
import { createNotifications, type Notifications } from '#store/notifications.ts';
import { clientConfigOf, migrate, openPostgres, type Postgres, type PostgresTarget } from '#store/postgres.ts';
import { openQueue, type JobQueue, type QueueTarget } from '#store/queue.ts';
import { createSealer, type Sealer } from '#store/sealed.ts';
import { secretKeyOf, type Home } from './home.ts';
import type { Settings } from './settings.ts';

export interface Stores {
  postgres: Postgres;
  notifications: Notifications & Service;
  eventWriter: EventWriter;
  queue: JobQueue;
  history: MetricHistory;
  sealer: Sealer;
  close(): Promise<void>;
}

interface Deps {
  clock: Clock;
  log: Logger;
}

export interface Database {
  target: PostgresTarget;
  embedded: EmbeddedPostgres | undefined;
}

/** The PostgreSQL of the settings: yours, or the embedded one in the home. */
export async function openDatabase(settings: Settings, directory: string, deps: Deps): Promise<Database> {
  if (settings.databaseUrl) return { target: { url: settings.databaseUrl.reveal() }, embedded: undefined };
  const embedded = await startEmbeddedPostgres(deps, { directory });
  return { target: { socketDir: embedded.socketDir, user: embedded.user }, embedded };
}

function queueTargetOf(settings: Settings, database: Database): QueueTarget {
  const url = settings.queueUrl?.reveal();
  if (url === undefined) return { kind: 'postgres', clientConfig: clientConfigOf(database.target) };
  return url.startsWith('redis') ? { kind: 'redis', url } : { kind: 'postgres', clientConfig: clientConfigOf({ url }) };
}

async function openHistory(settings: Settings, home: Home, deps: Deps): Promise<MetricHistory> {
  const { influx } = settings;
  if (!influx) return openEmbeddedHistory(deps, { directory: home.file('history'), ...settings.history });
  // Its two client packages are no load for those who do not use them.
  const { openInfluxHistory } = await import('#store/history/influx.ts');
  return openInfluxHistory(deps, {
    ...influxSettingsOf(influx),
    spoolDirectory: home.file('influx-spool'),
    spoolMaxBytes: influx.spoolMb * 1_048_576,
  });
}

export const influxSettingsOf = (influx: NonNullable<Settings['influx']>): InfluxSettings => ({
  url: influx.url,
  version: influx.version,
  database: influx.database,
  org: influx.org,
  bucket: influx.bucket,
  ...(influx.token && { token: influx.token.reveal() }),
  ...(influx.username !== undefined && { username: influx.username }),
  ...(influx.password && { password: influx.password.reveal() }),
  ...(influx.gzip !== undefined && { gzip: influx.gzip }),
});

export async function openStores(settings: Settings, home: Home, deps: Deps): Promise<Stores> {
  // What was opened is closed again when a later step fails; in reverse, always.
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (let next = closers.pop(); next; next = closers.pop()) await next();
  };
  try {
    const openingHistory = openHistory(settings, home, deps);
    openingHistory.catch(() => undefined);
    const database = await openDatabase(settings, home.file('db'), deps);
    if (database.embedded) closers.push(() => database.embedded?.stop() ?? Promise.resolve());
    const postgres = openPostgres(database.target, deps);
    closers.push(() => postgres.close());
    const openingQueue = openQueue(deps, queueTargetOf(settings, database));
    openingQueue.catch(() => undefined);
    await migrate(postgres.db);
    const queue = await openingQueue;
    closers.push(() => queue.close());
    const history = await openingHistory;
    closers.push(() => history.close());
    const notifications = createNotifications(deps, postgres.clientConfig);
    const eventWriter = createEventWriter({ db: postgres.db, ...deps });
    const sealer = createSealer(settings.secretKey?.reveal() ?? secretKeyOf(home));
    return { postgres, notifications, eventWriter, queue, history, sealer, close };
  } catch (error) {
    await close();
    throw error;
  }
}
