// Connections to PostgreSQL, embedded or yours: the pool, Kysely on it, and the
// migrations. Who asks for what is decided by the parts that own the tables.

import { Kysely, PostgresDialect, type Transaction } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import pg from 'pg';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import * as log0001 from './migrations/0001_log.ts';
import * as inventory0002 from './migrations/0002_inventory.ts';
import * as gateway0003 from './migrations/0003_gateway.ts';
import * as checks0004 from './migrations/0004_checks.ts';
import * as alerting0005 from './migrations/0005_alerting.ts';
import * as remediation0006 from './migrations/0006_remediation.ts';
import * as web0007 from './migrations/0007_web.ts';
import * as views0008 from './migrations/0008_views.ts';
import * as monitoring0009 from './migrations/0009_monitoring.ts';
import * as heartbeat0010 from './migrations/0010_heartbeat.ts';
import { preparedPool } from './prepared-pool.ts';
import type { DB } from './schema.ts';

// Epoch milliseconds and row ids are far below 2^53: read bigint as number.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export type Db = Kysely<DB>;
export type Trx = Transaction<DB>;

/** Either a `postgres://` URL or the socket directory of the embedded server. */
export type PostgresTarget = { url: string } | { socketDir: string; user: string; database?: string };

export interface Postgres {
  readonly db: Db;
  /** Plain client settings for those who bring their own connections (queue, LISTEN). */
  readonly clientConfig: pg.ClientConfig;
  close(): Promise<void>;
}

const MIGRATIONS: Record<string, Migration> = {
  '0001_log': log0001,
  '0002_inventory': inventory0002,
  '0003_gateway': gateway0003,
  '0004_checks': checks0004,
  '0005_alerting': alerting0005,
  '0006_remediation': remediation0006,
  '0007_web': web0007,
  '0008_views': views0008,
  '0009_monitoring': monitoring0009,
  '0010_heartbeat': heartbeat0010,
};

export function clientConfigOf(target: PostgresTarget): pg.ClientConfig {
  return 'url' in target
    ? { connectionString: target.url, keepAlive: true, connectionTimeoutMillis: 10_000 }
    : {
        host: target.socketDir,
        user: target.user,
        database: target.database ?? 'postgres',
        connectionTimeoutMillis: 10_000,
      };
}

/**
 * For pools. A connection that breaks in use fails its query, and the pool hears of an idle one; what its
 * socket says after that would end the process if nobody listened.
 */
export class PooledClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

/** Opens a pool; connects lazily. Idle connections that break are replaced silently. */
export function openPostgres(
  target: PostgresTarget,
  deps: { log: Logger },
  options: { maxConnections?: number } = {},
): Postgres {
  const clientConfig = clientConfigOf(target);
  const pool = new pg.Pool({
    ...clientConfig,
    Client: PooledClient,
    max: options.maxConnections ?? 12,
    // A statement that runs longer is a bug or a lock; the caller's retry is better than waiting.
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 60_000,
  });
  let closing = false;
  pool.on('error', (error) => {
    // pg resolves end() before the server has read the farewell of every connection.
    if (!closing) deps.log.warn('an idle database connection broke', { error: error.message });
  });
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool: preparedPool(pool) }) });
  return {
    db,
    clientConfig,
    async close() {
      closing = true;
      await db.destroy();
    },
  };
}

/**
 * Brings the schema up to date; safe to run from several processes at once.
 * Throws `migration_failed` with the name of the step that failed.
 */
export async function migrate(db: Db): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(MIGRATIONS) } });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find((result) => result.status === 'Error')?.migrationName ?? 'unknown';
  throw new AppError('migration_failed', `The database could not be brought up to date: step ${failed} failed.`, {
    cause: error,
  });
}

/** Runs `work` in one transaction; retries serialisation failures and deadlocks up to three times. */
export async function transaction<Result>(db: Db, work: (trx: Trx) => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (attempt >= 3 || !isRetryable(error)) throw error;
    }
  }
}

const sqlState = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const isRetryable = (error: unknown): boolean => ['40001', '40P01'].includes(sqlState(error) ?? '');

/** True for a violated unique constraint (SQLSTATE 23505). */
export const isUniqueViolation = (error: unknown): boolean => sqlState(error) === '23505';

/** True when the server is away rather than the statement wrong: connection errors and SQLSTATE classes 08, 57P, 53. */
export function isDatabaseAway(error: unknown): boolean {
  const code = sqlState(error);
  if (code === undefined)
    return (
      error instanceof Error && /timeout exceeded when trying to connect|Connection terminated/.test(error.message)
    );
  return (
    /^(08|57P|53)/.test(code) ||
    ['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND'].includes(code)
  );
}
