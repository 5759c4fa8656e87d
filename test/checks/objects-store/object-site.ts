// A site with a database, an inventory and sets of objects, and the words for what its
// rows say; nothing runs.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { createChecks } from '#checks/service.ts';
import type { SentFile, SetOutcome } from '#checks/objects-api.ts';
import { createObjects, type Objects } from '#checks/objects-store/service.ts';
import { createInventory } from '#inventory/service.ts';
import type { InventoryApi } from '#inventory/api.ts';
import type { Actor } from '#kernel/domain/actor.ts';
import { silentLogger } from '#kernel/log.ts';
import type { Db } from '#store/postgres.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { fixturePath } from '../../support/fixtures.ts';
import { quietKindDeps } from '../kind-deps.ts';

export const ENGINEER: Actor = { label: 'user:anna', role: 'engineer', source: 'test' };

export interface ObjectTestSite {
  database: TestDatabase;
  db: Db;
  clock: FakeClock;
  objects: Objects;
  inventory: InventoryApi;
}

export async function openObjectSite(): Promise<ObjectTestSite> {
  const clock = new FakeClock(1_800_000_000_000);
  const database = await openTestDatabase({ untilTestFinished: true });
  const { db, notifications } = database;
  const common = { db, clock, log: silentLogger, notifications };
  const inventory = createInventory({
    ...common,
    gateway: { ...quietKindDeps.gateway, onAgentConnected: () => () => {} } as never,
  }).api;
  const { kinds } = createChecks(
    { ...common, ...quietKindDeps, appendHistory: () => {} },
    { holder: 'test', isAlone: true },
  );
  const objects = createObjects({ ...common, sealer: quietKindDeps.sealer, kinds, inventory });
  return { database, db, clock, objects, inventory };
}

/** Files below a folder, by their names in it. */
function filesBelow(folder: string, from = folder): SentFile[] {
  return readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name);
    if (statSync(file).isDirectory()) return filesBelow(file, from);
    return [{ name: path.relative(from, file), text: readFileSync(file, 'utf8') }];
  });
}

/** The tree of the fixtures as somebody uploads it: its folder, from another machine. */
export const fixtureTree = (): SentFile[] => filesBelow(fixturePath('nagios', 'config', 'tree'));

export const yamlSet = (text: string, name = 'site.yaml'): { kind: 'yaml'; files: SentFile[] } => ({
  kind: 'yaml',
  files: [{ name, text }],
});

/** `host/service kind`, sorted. */
export async function checkNames(db: Db): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`select h.name || '/' || c.name || ' ' || c.kind as line
    from "check" c join host h on h.id = c.host_id order by 1`.execute(db);
  return rows.map(({ line }) => line).toSorted();
}

export const checkCounts = (outcome: SetOutcome) => outcome.changes.checks.counts;

/** Every message of a report, with its place. */
export const messagesOf = ({ report, others }: SetOutcome): string[] => [
  ...report.problems.map(({ file, line, message }) => `${file}:${line} ${message}`),
  ...report.objects.flatMap(({ file, notes }) => notes.map(({ line, message }) => `${file}:${line} ${message}`)),
  ...others.map(({ owner, file, line, message }) => `${owner} ${file}:${line} ${message}`),
];
