// Rows of agent_request_output: what programs printed on hosts, as bytes.

import { sql } from 'kysely';
import type { Db, Trx } from '#store/postgres.ts';
import type { OutputChunk } from './api.ts';
import { OUTPUT_CHANNEL } from './api.ts';

interface ReceivedChunk extends OutputChunk {
  requestId: string;
  agentId: string;
}

/** Keeps chunks of requests that are this agent's own; a repeated seq changes nothing. */
export async function keepOutput(trx: Trx, chunks: readonly ReceivedChunk[]): Promise<void> {
  for (const chunk of chunks)
    await sql`
      insert into agent_request_output (request_id, seq, stream, at_ms, omitted_bytes, chunk)
      select id, ${chunk.seq}::integer, ${chunk.stream}, ${chunk.atMs}::bigint, ${chunk.omittedBytes}::bigint,
        ${chunk.bytes}::bytea
      from agent_request where id = ${chunk.requestId} and agent_id = ${chunk.agentId}
      on conflict do nothing`.execute(trx);
  for (const requestId of new Set(chunks.map((chunk) => chunk.requestId)))
    await sql`select pg_notify(${OUTPUT_CHANNEL}, ${requestId})`.execute(trx);
}

export async function readOutputChunks(
  db: Db,
  requestId: string,
  afterSeq: number,
  limit: number,
): Promise<OutputChunk[]> {
  const rows = await db
    .selectFrom('agent_request_output')
    .selectAll()
    .where('request_id', '=', requestId)
    .where('seq', '>', afterSeq)
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    seq: row.seq,
    stream: row.stream as OutputChunk['stream'],
    atMs: row.at_ms,
    bytes: row.chunk,
    omittedBytes: row.omitted_bytes,
  }));
}
