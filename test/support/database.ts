// A database of one's own for a test file: `const { db, notifications } = await openTestDatabase()`.

import pg from 'pg';
import { inject, onTestFinished } from 'vitest';
import { systemClock, type Clock } from '#kernel/clock.ts';
import { randomToken } from '#kernel/ids.ts';
import { silentLogger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { createNotifications, type Notifications } from '#store/notifications.ts';
import { openPostgres, type Db, type PostgresTarget } from '#store/postgres.ts';

export interface TestDatabase {
  db: Db;
  notifications: Notifications & Service;
  clientConfig: pg.ClientConfig;
  target: PostgresTarget;
  close(): Promise<void>;
}

/** Migrated and empty. The caller closes it (afterAll), or passes `untilTestFinished` inside a test. */
export async function openTestDatabase(
  options: { clock?: Clock; untilTestFinished?: boolean } = {},
): Promise<TestDatabase> {
  const server = inject('postgres');
  const name = `t_${randomToken()
    .replaceAll(/[^a-zA-Z0-9]/g, '')
    .toLowerCase()
    .slice(0, 16)}`;
  const admin = new pg.Client({ host: server.socketDir, user: server.user, database: 'postgres' });
  await admin.connect();
  await admin.query(`create database ${name} template template1`);
  await admin.end();
  const target = { ...server, database: name };
  const postgres = openPostgres(target, { log: silentLogger });
  const notifications = createNotifications(
    { clock: options.clock ?? systemClock(), log: silentLogger },
    postgres.clientConfig,
  );
  await notifications.start(new AbortController().signal);
  const close = async () => {
    await notifications.stop();
    await postgres.close();
  };
  if (options.untilTestFinished) onTestFinished(close);
  return { db: postgres.db, notifications, clientConfig: postgres.clientConfig, target, close };
}
