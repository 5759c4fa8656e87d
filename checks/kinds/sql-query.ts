// Connects to a PostgreSQL server, asks one query, keeps the first column of the first
// row, and is gone again; what a server may send and how long it may take are bounded.

import net from 'node:net';
import pg from 'pg';
import type { Clock } from '#kernel/clock.ts';
import type { Peer } from './net-address.ts';

export interface SqlPlan {
  port: number;
  database: string;
  user: string;
  password?: string;
  tls: 'off' | 'require' | 'verify';
  query: string;
}

export interface SqlAnswer {
  /** Undefined: no row. As text; null is NULL. */
  value: string | null | undefined;
  rows: number;
}

/** Connecting until ready for queries, and then the query. */
export type SqlStage = 'connection' | 'query';

export class SqlFailed extends Error {
  override name = 'SqlFailed';
  readonly stage: SqlStage;
  readonly how: 'aborted' | 'flooded' | 'failed';

  constructor(stage: SqlStage, how: SqlFailed['how'], cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.stage = stage;
    this.how = how;
  }
}

const MAX_BYTES = 4 * 1024 * 1024;
const BYTES_LOOK_MS = 50;

/** Rejects with SqlFailed. */
export async function askSql(
  peer: Peer,
  plan: SqlPlan,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<SqlAnswer> {
  const socket = new net.Socket();
  const client = new pg.Client({
    host: peer.host,
    port: plan.port,
    database: plan.database,
    user: plan.user,
    ...(plan.password !== undefined && { password: plan.password }),
    ssl: plan.tls === 'off' ? false : { rejectUnauthorized: plan.tls === 'verify' },
    stream: () => socket,
    // A check looks and does not touch, whatever its query says.
    options: '-c default_transaction_read_only=on',
    application_name: 'plexus check',
  });
  let stage: SqlStage = 'connection';
  let how: SqlFailed['how'] = 'failed';
  const end = (because: SqlFailed['how']) => {
    how = because;
    socket.destroy();
  };
  const onAbort = () => end('aborted');
  signal.addEventListener('abort', onAbort, { once: true });
  // The client takes a message whole before it shows it, so the flood is seen at the socket.
  const look = clock.every(BYTES_LOOK_MS, () => {
    if (socket.bytesRead > MAX_BYTES) end('flooded');
  });
  // Errors of an idle connection; those of a call come from the call.
  client.on('error', () => {});
  try {
    if (signal.aborted) onAbort();
    await client.connect();
    stage = 'query';
    return await firstValue(client, plan.query);
  } catch (error) {
    throw new SqlFailed(stage, how, error);
  } finally {
    look.cancel();
    signal.removeEventListener('abort', onAbort);
    // Says good-bye where that is still possible, so that the server logs no broken connection.
    void client.end().catch(() => undefined);
    socket.destroySoon();
  }
}

function firstValue(client: pg.Client, text: string): Promise<SqlAnswer> {
  return new Promise((resolve, reject) => {
    let value: SqlAnswer['value'];
    let rows = 0;
    const asText = { getTypeParser: () => (raw: string) => raw };
    const config: pg.QueryArrayConfig = { text, rowMode: 'array', types: asText };
    const query = new pg.Query(config);
    // With a listener the rows are handed over one by one and not gathered.
    query.on('row', (row: unknown) => {
      rows++;
      if (rows === 1 && Array.isArray(row)) value = row[0] === undefined || row[0] === null ? null : String(row[0]);
    });
    query.on('end', () => resolve({ value, rows }));
    query.on('error', reject);
    client.once('end', () => reject(new Error('the server closed the connection')));
    client.query(query);
  });
}
