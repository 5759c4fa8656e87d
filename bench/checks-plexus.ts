// Our side of the bench of checks: a real server with its PostgreSQL, whose site is written
// into the tables while it stands still. It counts itself, at /metrics.

import path from 'node:path';
import { sql } from 'kysely';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { embeddedSocketDir, startEmbeddedPostgres } from '#store/embedded-postgres.ts';
import { json } from '#store/json.ts';
import { openPostgres, type Db } from '#store/postgres.ts';
import { startTestServer, type TestServer } from '#test/e2e/server.ts';
import {
  familyOf,
  HOSTS,
  SERVICES,
  SERVICES_PER_HOST,
  warmUpSec,
  WINDOW_SEC,
  type CheckSystem,
  type Run,
} from './check-system.ts';
import { consoleIsBuilt } from './bench-server.ts';
import { commandOf, cpuMs, descendantsOf, isPostgres, sumOfMemory } from './process-figures.ts';

const clock = systemClock();
const SETTLE_MS = 6000;

export interface PlexusRun extends Run {
  /** From the rows of the tables to a running schedule. */
  loadMs: number;
  /** Checks begun in the second after the start in which the most were, of those that each second should have. */
  worstSecond: number;
  /** The longest time in which the process did nothing else. */
  stallMs: number;
  late: number;
  skipped: number;
  cpuMsEachOf: Record<Share, number>;
}

/** Who of the server's family: itself, its PostgreSQL, what runs plugins and the plugins. */
type Share = 'server' | 'database' | 'plugins';

export interface Plexus extends CheckSystem<PlexusRun> {
  /** Without any check. */
  idleMemoryMb(): Promise<number>;
  /** What all services run from now on. */
  define(kind: string, spec: Record<string, unknown>): void;
}

export async function createPlexus(extra: Record<string, string> = {}): Promise<Plexus> {
  const server = await startTestServer({ PLEXUS_LOCAL_AGENT: 'off', ...extra });
  // A console that is still being built is no part of what is measured.
  await consoleIsBuilt(server).catch(async (error: unknown) => {
    await server.dispose();
    throw error;
  });
  await server.stop();
  let defined = { kind: 'plugin', spec: {} as Record<string, unknown> };

  return {
    name: 'Plexus',
    define: (kind, spec) => void (defined = { kind, spec }),
    async idleMemoryMb() {
      await server.start();
      await clock.sleep(SETTLE_MS);
      const { pssMb } = await sumOfMemory(await familyOf(server.pid()));
      await server.stop();
      return pssMb;
    },
    async run(intervalSec) {
      await withDatabase(server, (db) => writeSite(db, { ...defined, intervalSec }));
      await server.start();
      try {
        return await observe(server, intervalSec);
      } finally {
        await server.stop();
      }
    },
    dispose: () => server.dispose(),
  };
}

async function observe(server: TestServer, intervalSec: number): Promise<PlexusRun> {
  const perSecond: number[] = [];
  let stallMs = 0;
  let before = await readCounters(server);
  const startTick = clock.monotonicMs();
  for (let second = 1; second <= warmUpSec(intervalSec); second++) {
    await clock.sleep(startTick + second * 1000 - clock.monotonicMs());
    const now = await readCounters(server);
    perSecond.push(((now.started - before.started) * 1000) / (now.tick - before.tick));
    stallMs = Math.max(stallMs, now.stallMs);
    before = now;
  }
  const cpuBefore = await cpuOf(server);
  const atMs = clock.nowMs();
  await clock.sleep(WINDOW_SEC * 1000);
  const after = await readCounters(server);
  const cpu = await cpuOf(server);
  const { pssMb } = await sumOfMemory(await familyOf(server.pid()));
  const checks = after.started - before.started;
  const each = (share: Share) => (cpu[share] - cpuBefore[share]) / checks;
  const cpuMsEachOf = { server: each('server'), database: each('database'), plugins: each('plugins') };
  return {
    perSec: (checks * 1000) / (after.tick - before.tick),
    worstLatencyMs: await worstLatency(server, atMs),
    cpuMsEach: cpuMsEachOf.server + cpuMsEachOf.database + cpuMsEachOf.plugins,
    cpuMsEachOf,
    memoryMb: pssMb,
    loadMs: loadTime(server.output()),
    worstSecond: Math.max(...perSecond) / (SERVICES / intervalSec),
    stallMs: Math.max(stallMs, after.stallMs),
    late: after.late - before.late,
    skipped: after.skipped - before.skipped,
  };
}

async function cpuOf(server: TestServer): Promise<Record<Share, number>> {
  const all = { server: await cpuMs(server.pid()), database: 0, plugins: 0 };
  for (const pid of await descendantsOf(server.pid()))
    all[isPostgres(await commandOf(pid)) ? 'database' : 'plugins'] += await cpuMs(pid);
  return all;
}

interface Counters {
  tick: number;
  started: number;
  late: number;
  skipped: number;
  /** Since they were read the last time. */
  stallMs: number;
}

async function readCounters(server: TestServer): Promise<Counters> {
  const tick = clock.monotonicMs();
  const text = await (await fetch(`${server.url}/metrics`, { signal: AbortSignal.timeout(10_000) })).text();
  const value = (name: string) => Number(new RegExp(`^plexus_${name} (\\S+)$`, 'm').exec(text)?.[1]);
  return {
    tick,
    started: value('checks_started_total'),
    late: value('checks_late_total'),
    skipped: value('checks_skipped_total'),
    stallMs: value('nodejs_eventloop_lag_max_seconds') * 1000,
  };
}

function loadTime(output: string): number {
  const [, tookMs] = [...output.matchAll(/"tookMs":(\d+)/g)].at(-1) ?? [];
  return Number(tookMs);
}

const databaseOf = (server: TestServer): string => path.join(server.home, 'db');

const openSite = (server: TestServer) =>
  openPostgres({ socketDir: embeddedSocketDir(databaseOf(server)), user: 'plexus' }, { log: silentLogger });

async function worstLatency(server: TestServer, sinceMs: number): Promise<number> {
  const postgres = openSite(server);
  try {
    const row = await postgres.db
      .selectFrom('check_state')
      .select(({ fn }) => fn.max('latency_ms').as('worst'))
      .where('last_check_at_ms', '>=', sinceMs)
      .executeTakeFirst();
    return row?.worst ?? NaN;
  } finally {
    await postgres.close();
  }
}

/** The database of a server that is stopped. */
async function withDatabase(server: TestServer, work: (db: Db) => Promise<void>): Promise<void> {
  const embedded = await startEmbeddedPostgres({ clock, log: silentLogger }, { directory: databaseOf(server) });
  const postgres = openSite(server);
  try {
    await work(postgres.db);
  } finally {
    await postgres.close();
    await embedded.stop();
  }
}

interface SiteRows {
  kind: string;
  spec: Record<string, unknown>;
  intervalSec: number;
}

async function writeSite(db: Db, { kind, spec, intervalSec }: SiteRows): Promise<void> {
  await sql`delete from host where cluster = 'bench'`.execute(db);
  await sql`
    insert into host (id, name, ip, cluster, created_at_ms)
    select uuidv7(), 'bench-' || h, '127.0.0.1', 'bench', 0 from generate_series(1, ${HOSTS}::int) h`.execute(db);
  await sql`
    insert into "check" (id, name, host_id, kind, spec, interval_sec, retry_interval_sec, max_attempts, timeout_sec,
      created_at_ms, updated_at_ms)
    select uuidv7(), 'service-' || s, host.id, ${kind}, ${json(spec)}::jsonb, ${intervalSec}, ${intervalSec}, 3, 10, 0, 0
    from host, generate_series(1, ${SERVICES_PER_HOST}::int) s where cluster = 'bench'`.execute(db);
  const { numAffectedRows } = await sql`
    insert into check_state (check_id) select c.id from "check" c join host h on h.id = c.host_id
    where h.cluster = 'bench'`.execute(db);
  if (Number(numAffectedRows) !== SERVICES) throw new Error(`${String(numAffectedRows)} services were written`);
  await sql`analyze`.execute(db);
}
