// Who did what, when, from where: append-only rows, each carrying the hash of the
// one before, so that a row changed or taken out later shows.

import { sql } from 'kysely';
import { sha256Hex } from '#kernel/ids.ts';
import { json } from './json.ts';
import type { Db, Trx } from './postgres.ts';

export interface AuditEntry {
  atMs: number;
  /** "user:anna", "token:ci", "reflex:restart-web", "agent:<id>", "system". */
  actor: string;
  /** Verb with its area: "login", "run.create", "host.retire". */
  action: string;
  /** What it was done to: "host:<id> web-17". */
  object: string;
  result: 'done' | 'refused' | 'failed';
  /** Address and client, or "system". */
  source: string;
  /** Small, masked; never secrets. */
  details: Record<string, unknown>;
}

export interface StoredAuditEntry extends AuditEntry {
  seq: string;
}

const GENESIS = '0'.repeat(64);
// One writer at a time, so that the chain has no forks; held to the end of the transaction.
const CHAIN_LOCK = 7_410_001;

// jsonb does not keep the order of keys, so the hash is taken over sorted ones.
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`)
    .join(',')}}`;
}

const hashOf = (previous: string, entry: AuditEntry): string =>
  sha256Hex(
    [
      previous,
      entry.atMs,
      entry.actor,
      entry.action,
      entry.object,
      entry.result,
      entry.source,
      canonical(entry.details),
    ].join('\0'),
  );

/** Appends within `trx`: the entry stands if and only if the change does. */
export async function appendAudit(trx: Trx, entry: AuditEntry): Promise<void> {
  await sql`select pg_advisory_xact_lock(${CHAIN_LOCK})`.execute(trx);
  const last = await trx.selectFrom('audit_entry').select('hash').orderBy('seq', 'desc').limit(1).executeTakeFirst();
  const previous = last?.hash ?? GENESIS;
  const details = json(entry.details);
  // Over what is stored: not every character can be.
  const stored = { ...entry, details: JSON.parse(details) as AuditEntry['details'] };
  await trx
    .insertInto('audit_entry')
    .values({
      at_ms: entry.atMs,
      actor: entry.actor,
      action: entry.action,
      object: entry.object,
      result: entry.result,
      source: entry.source,
      details,
      previous_hash: previous,
      hash: hashOf(previous, stored),
    })
    .execute();
}

/** Walks the chain. `brokenAt` is the first row that does not follow from the one before it. */
export async function verifyAuditTrail(db: Db): Promise<{ entries: number; brokenAt?: string }> {
  let previous = GENESIS;
  let entries = 0;
  for (let after = 0; ;) {
    const rows = await db
      .selectFrom('audit_entry')
      .selectAll()
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(1000)
      .execute();
    for (const row of rows) {
      const entry = { ...fromRow(row), seq: undefined };
      if (row.previous_hash !== previous || row.hash !== hashOf(previous, entry))
        return { entries, brokenAt: String(row.seq) };
      previous = row.hash;
      after = row.seq;
      entries++;
    }
    if (rows.length < 1000) return { entries };
  }
}

/** Newest first, older than `beforeSeq` when given. */
export async function readAuditTrail(db: Db, page: { beforeSeq?: string; limit: number }): Promise<StoredAuditEntry[]> {
  const rows = await db
    .selectFrom('audit_entry')
    .selectAll()
    .$if(page.beforeSeq !== undefined, (query) => query.where('seq', '<', Number(page.beforeSeq)))
    .orderBy('seq', 'desc')
    .limit(page.limit)
    .execute();
  return rows.map(fromRow);
}

const fromRow = (row: {
  seq: number;
  at_ms: number;
  actor: string;
  action: string;
  object: string;
  result: string;
  source: string;
  details: unknown;
}): StoredAuditEntry => ({
  seq: String(row.seq),
  atMs: row.at_ms,
  actor: row.actor,
  action: row.action,
  object: row.object,
  result: row.result as AuditEntry['result'],
  source: row.source,
  details: row.details as Record<string, unknown>,
});
