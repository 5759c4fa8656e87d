// Statements that come again and again are prepared once for each connection: parsing and
// planning are most of what a small one costs, and whoever waits for an alert waits for thirty.

import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';

/** Only the hot ones: a prepared statement keeps memory in its connection for as long as that lives. */
const SEEN_OFTEN = 20;
const MOST_PREPARED = 100;
/** Lists of values of every length make ever new texts; beyond so many they are not counted any more. */
const MOST_COUNTED = 2000;

/** The pool as Kysely takes it. Needs connections that are one's own while they are held: no pooler per transaction. */
export function preparedPool(pool: pg.Pool): PostgresPool {
  const uses = new Map<string, number>();
  const names = new Map<string, string>();
  const wrapped = new WeakMap<pg.PoolClient, PostgresPoolClient>();

  /** One name for a text on all connections; undefined while it is rare. */
  function nameOf(text: string): string | undefined {
    const known = names.get(text);
    if (known !== undefined) return known;
    if (names.size >= MOST_PREPARED) return undefined;
    const count = (uses.get(text) ?? 0) + 1;
    if (count === 1 && uses.size >= MOST_COUNTED) return undefined;
    uses.set(text, count);
    if (count < SEEN_OFTEN) return undefined;
    uses.delete(text);
    const name = `hot${names.size}`;
    names.set(text, name);
    return name;
  }

  function wrap(client: pg.PoolClient): PostgresPoolClient {
    const query = (text: unknown, values?: readonly unknown[]): unknown => {
      // Without values it may be several statements, which cannot be prepared; a cursor brings its own text.
      const name = typeof text === 'string' && values && values.length > 0 ? nameOf(text) : undefined;
      return name === undefined
        ? client.query(text as string, values as unknown[])
        : client.query({ name, text: text as string, values: values as unknown[] });
    };
    return { query: query as PostgresPoolClient['query'], release: () => client.release() };
  }

  return {
    async connect() {
      const client = await pool.connect();
      let known = wrapped.get(client);
      if (!known) wrapped.set(client, (known = wrap(client)));
      return known;
    },
    end: () => pool.end(),
    options: pool.options,
  };
}
