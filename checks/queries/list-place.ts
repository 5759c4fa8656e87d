// Where a check stands in the list, and the cursor that names such a place. The order is
// total: rank, host, check, id.

import { sql, type RawBuilder } from 'kysely';
import { badRequest } from '#kernel/errors.ts';
import { isUuid } from '#kernel/ids.ts';
import type { CheckSort } from '../api.ts';
import { IS_TAKEN } from './narrow-checks.ts';

export interface ListPlace {
  rank: number;
  hostName: string;
  name: string;
  id: string;
}

/** Unhandled problems, worst first; handled ones; what was never looked at; what is fine. */
export const RANK: RawBuilder<number> = sql`(case s.state when 'ok' then 21 when 'up' then 21 when 'pending' then 20
  else case s.state when 'critical' then 0 when 'down' then 0 when 'unknown' then 1 when 'warning' then 2 else 3 end
    + case when ${IS_TAKEN} then 10 else 0 end end)`;

export const orderOf = (sort: CheckSort): RawBuilder<unknown> =>
  sort === 'host' ? sql`h.name, ${RANK}, c.name, c.id` : sql`${RANK}, h.name, c.name, c.id`;

/** What stands behind a place. */
export function isBehind(sort: CheckSort, { rank, hostName, name, id }: ListPlace): RawBuilder<boolean> {
  return sort === 'host'
    ? sql`(h.name, ${RANK}, c.name, c.id) > (${hostName}, ${rank}, ${name}, ${id}::uuid)`
    : sql`(${RANK}, h.name, c.name, c.id) > (${rank}, ${hostName}, ${name}, ${id}::uuid)`;
}

export const toCursor = ({ rank, hostName, name, id }: ListPlace): string =>
  Buffer.from(JSON.stringify([rank, hostName, name, id])).toString('base64url');

/** Throws `bad_cursor` (400). */
export function fromCursor(cursor: string): ListPlace {
  const bad = () => badRequest('bad_cursor', 'The cursor is not one that this list has given. Start without one.');
  let place: unknown;
  try {
    place = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw bad();
  }
  if (!Array.isArray(place)) throw bad();
  const [rank, hostName, name, id]: unknown[] = place;
  if (typeof rank !== 'number' || typeof hostName !== 'string' || typeof name !== 'string') throw bad();
  if (typeof id !== 'string' || !isUuid(id)) throw bad();
  return { rank, hostName, name, id };
}
