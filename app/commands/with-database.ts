// For commands that work on the database of an installation, running or not: uses
// the embedded server that runs, or starts it for the moment.

import path from 'node:path';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { migrate, openPostgres, type Db } from '#store/postgres.ts';
import { embeddedSocketDir } from '#store/embedded-postgres.ts';
import { openHome, runningServer } from '../home.ts';
import { openDatabase } from '../stores.ts';
import { readSettings, type Settings } from '../settings.ts';

export async function withDatabase<Result>(work: (db: Db, settings: Settings) => Promise<Result>): Promise<Result> {
  const settings = readSettings();
  const deps = { clock: systemClock(), log: silentLogger };
  const directory = path.join(settings.home, 'db');
  if (settings.databaseUrl === undefined && runningServer(settings.home) !== undefined) {
    const running = openPostgres({ socketDir: embeddedSocketDir(directory), user: 'plexus' }, deps);
    try {
      return await work(running.db, settings);
    } finally {
      await running.close();
    }
  }
  // Holding the home keeps a server from starting on the same files meanwhile.
  const home = settings.databaseUrl ? undefined : openHome(settings.home);
  const database = await openDatabase(settings, directory, deps);
  const postgres = openPostgres(database.target, deps);
  try {
    await migrate(postgres.db);
    return await work(postgres.db, settings);
  } finally {
    await postgres.close();
    await database.embedded?.stop();
    home?.release();
  }
}
