// Resource macros ($USER1$ …) of Nagios configurations: sealed, never shown, one value for
// the whole site.

import { sql } from 'kysely';
import { json } from '#store/json.ts';
import type { Trx } from '#store/postgres.ts';
import type { Sealer } from '#store/sealed.ts';
import { resourcePurpose } from '../engine/site-store.ts';

export interface ResourceChanges {
  put: { name: string; value: string }[];
  remove: string[];
  /** Another set has given them another value. */
  refused: { name: string; owner: string }[];
}

/** A macro that another set has with the same value stays that set's. */
export async function compareResources(
  trx: Trx,
  sealer: Sealer,
  owner: string,
  wanted: ReadonlyMap<string, string>,
): Promise<ResourceChanges> {
  const rows = await trx.selectFrom('resource_macro').selectAll().execute();
  const changes: ResourceChanges = { put: [], remove: [], refused: [] };
  const known = new Map(rows.map((row) => [row.name, row]));
  for (const [name, value] of wanted) {
    const row = known.get(name);
    const isSame = row !== undefined && readable(sealer, row) === value;
    if (isSame) continue;
    if (row !== undefined && row.owner !== null && row.owner !== owner)
      changes.refused.push({ name, owner: row.owner });
    else changes.put.push({ name, value });
  }
  changes.remove = rows.filter((row) => row.owner === owner && !wanted.has(row.name)).map(({ name }) => name);
  return changes;
}

/** Sealed with a key that is gone: another value, so that it is sealed anew. */
function readable(sealer: Sealer, { name, sealed }: { name: string; sealed: string }): string | undefined {
  try {
    return sealer.open(sealed, resourcePurpose(name));
  } catch {
    return undefined;
  }
}

export async function writeResources(
  trx: Trx,
  sealer: Sealer,
  owner: string,
  { put, remove }: ResourceChanges,
): Promise<void> {
  await sql`delete from resource_macro where name = any(${remove}::text[])`.execute(trx);
  const rows = put.map(({ name, value }) => ({ name, sealed: sealer.seal(value, resourcePurpose(name)) }));
  await sql`insert into resource_macro (name, sealed, owner)
    select name, sealed, ${owner} from jsonb_to_recordset(${json(rows)}::jsonb) as t (name text, sealed text)
    on conflict (name) do update set sealed = excluded.sealed, owner = excluded.owner`.execute(trx);
}
