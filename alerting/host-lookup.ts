// Which host of the inventory an event is about. Reads inventory's tables within the
// consumer's transaction; makes and changes nothing there.

import { sql } from 'kysely';
import type { Trx } from '#store/postgres.ts';

interface KnownHost {
  id: string;
  name: string;
  cluster: string;
  owner: string | null;
  isRetired: boolean;
  groupIds: string[];
}

/** By id when the event has one, else by the name under which the collector heard it. */
export async function findHost(
  trx: Trx,
  by: { hostId?: string | undefined; cluster?: string; hostKey?: string },
): Promise<KnownHost | undefined> {
  const byAlias = sql`(select host_id from host_alias where kind = 'gmond' and value = ${`${by.cluster}/${by.hostKey}`})`;
  const { rows } = await sql<KnownHost>`
    select id, name, cluster, owner, lifecycle = 'retired' as "isRetired",
      array(select group_id::text from host_group_member where host_id = host.id) as "groupIds"
    from host where id = ${by.hostId === undefined ? byAlias : sql`${by.hostId}`}`.execute(trx);
  return rows[0];
}
