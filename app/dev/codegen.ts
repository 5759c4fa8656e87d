// Writes store/schema.ts, the row types, from the migrated database itself.
// `--check` compares instead and fails when the file is not current.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { startEmbeddedPostgres } from '#store/embedded-postgres.ts';
import { migrate, openPostgres } from '#store/postgres.ts';

const schemaFile = path.join(import.meta.dirname, '..', '..', 'store', 'schema.ts');
const directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-schema-'));
const deps = { clock: systemClock(), log: silentLogger };
const server = await startEmbeddedPostgres(deps, { directory, throwaway: true });
const postgres = openPostgres({ socketDir: server.socketDir, user: server.user }, deps);
try {
  await migrate(postgres.db);
  const outFile = process.argv.includes('--check') ? path.join(directory, 'schema.ts') : schemaFile;
  const url = `postgres://${server.user}@${encodeURIComponent(server.socketDir)}/postgres`;
  const generated = spawnSync(
    'kysely-codegen',
    [
      '--dialect',
      'postgres',
      '--url',
      url,
      '--default-schema',
      'public',
      '--exclude-pattern',
      'kysely_*',
      '--type-mapping',
      '{"int8":"number"}',
      '--out-file',
      outFile,
      '--log-level',
      'error',
    ],
    { stdio: 'inherit' },
  );
  process.exitCode = generated.status ?? 1;
  if (process.argv.includes('--check') && readFileSync(outFile, 'utf8') !== readFileSync(schemaFile, 'utf8')) {
    console.error('store/schema.ts is not current: run "npm run codegen" and commit the result.');
    process.exitCode = 1;
  }
} finally {
  await postgres.close();
  await server.stop();
  rmSync(directory, { recursive: true });
}
