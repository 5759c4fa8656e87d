// Small singletons of the installation that must outlive a restart: keys,
// certificates, what was already set up.

import { json } from './json.ts';
import type { Db, Trx } from './postgres.ts';

export async function readSetting(db: Db | Trx, key: string): Promise<unknown> {
  const row = await db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value;
}

export async function writeSetting(db: Db | Trx, key: string, value: unknown, nowMs: number): Promise<void> {
  await db
    .insertInto('setting')
    .values({ key, value: json(value), updated_at_ms: nowMs })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: json(value), updated_at_ms: nowMs }))
    .execute();
}

/** The stored value, or the one that `make` gives, kept from now on; safe when several processes start at once. */
export async function settingOnce(db: Db, key: string, nowMs: number, make: () => unknown): Promise<unknown> {
  const before = await readSetting(db, key);
  if (before !== undefined) return before;
  await db
    .insertInto('setting')
    .values({ key, value: json(make()), updated_at_ms: nowMs })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  return readSetting(db, key);
}
