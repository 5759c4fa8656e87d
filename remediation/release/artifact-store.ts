// Uploaded archives, in pieces of 1 MiB in the database. No process holds a whole one
// to store or to send it.

import { createHash } from 'node:crypto';
import type { Clock } from '#kernel/clock.ts';
import { AppError, badRequest, conflict, notFound } from '#kernel/errors.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { isUniqueViolation, transaction, type Db, type Trx } from '#store/postgres.ts';
import { recordChange } from '../object-change.ts';
import { readCursor, writeCursor } from '../page.ts';
import type { ArtifactsApi } from '../api.ts';
import type { Artifact } from './release.ts';

const CHUNK_BYTES = 1 << 20;
const MAX_BYTES = 200 << 20;
/** An upload that did not end by then never will; its pieces are removed by the next one. */
const ABANDONED_AFTER_MS = 86_400_000;

const COLUMNS = ['id', 'name', 'version', 'sha256', 'size_bytes', 'uploaded_by', 'uploaded_at_ms'] as const;
interface Row {
  id: string;
  name: string;
  version: string;
  sha256: string;
  size_bytes: number;
  uploaded_by: string;
  uploaded_at_ms: number;
}
const fromRow = (row: Row): Artifact => ({
  id: row.id,
  name: row.name,
  version: row.version,
  sha256: row.sha256,
  sizeBytes: row.size_bytes,
  uploadedBy: row.uploaded_by,
  uploadedAtMs: row.uploaded_at_ms,
});

/** gzip by its two first bytes (RFC 1952), tar by "ustar" at 257 (POSIX.1-2001). */
const looksLikeArchive = (head: Uint8Array): boolean =>
  (head[0] === 0x1f && head[1] === 0x8b) || Buffer.from(head.subarray(257, 262)).toString('latin1') === 'ustar';

/** Cuts a stream into pieces of exactly `CHUNK_BYTES`, the last one shorter. */
async function* inPieces(content: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of content) {
    let rest = part;
    while (length + rest.length >= CHUNK_BYTES) {
      const fits = CHUNK_BYTES - length;
      yield Buffer.concat([...parts, rest.subarray(0, fits)]);
      rest = rest.subarray(fits);
      parts = [];
      length = 0;
    }
    if (rest.length > 0) parts.push(rest);
    length += rest.length;
  }
  if (length > 0) yield Buffer.concat(parts);
}

/** Throws `not_found`. */
export async function readArtifact(db: Db | Trx, id: string): Promise<Artifact> {
  const row = await db
    .selectFrom('artifact')
    .select(COLUMNS)
    .where('id', '=', id)
    .where('complete', '=', true)
    .executeTakeFirst();
  if (!row) throw notFound('artifact', id);
  return fromRow(row);
}

export function createArtifacts(deps: { db: Db; clock: Clock }): ArtifactsApi {
  const { db, clock } = deps;

  const findBy = (trx: Db | Trx, name: string, version: string) =>
    trx
      .selectFrom('artifact')
      .select(COLUMNS)
      .where('name', '=', name)
      .where('version', '=', version)
      .where('complete', '=', true)
      .executeTakeFirst();

  const forget = (id: string) => db.deleteFrom('artifact').where('id', '=', id).execute();

  /** Piece by piece; returns what the whole came to. */
  async function store(id: string, content: AsyncIterable<Uint8Array>): Promise<{ sha256: string; sizeBytes: number }> {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    let seq = 0;
    for await (const piece of inPieces(content)) {
      if (seq === 0 && !looksLikeArchive(piece))
        throw badRequest('not_an_archive', 'The body is neither a tar nor a gzipped tar archive.');
      sizeBytes += piece.length;
      if (sizeBytes > MAX_BYTES)
        throw new AppError('artifact_too_large', 'The archive is larger than 200 MiB.', { status: 413 });
      hash.update(piece);
      await db.insertInto('artifact_chunk').values({ artifact_id: id, seq, content: piece }).execute();
      seq++;
    }
    if (seq === 0) throw badRequest('not_an_archive', 'The body is empty. Send a tar or a gzipped tar archive.');
    return { sha256: hash.digest('hex'), sizeBytes };
  }

  return {
    async sizeOf(sha256) {
      const row = await db
        .selectFrom('artifact')
        .select('size_bytes')
        .where('sha256', '=', sha256)
        .where('complete', '=', true)
        .executeTakeFirst();
      return row?.size_bytes;
    },
    async readChunk(sha256, offset) {
      const row = await db
        .selectFrom('artifact')
        .innerJoin('artifact_chunk', 'artifact_chunk.artifact_id', 'artifact.id')
        .select('artifact_chunk.content')
        .where('artifact.sha256', '=', sha256)
        .where('artifact.complete', '=', true)
        .where('artifact_chunk.seq', '=', Math.floor(offset / CHUNK_BYTES))
        .executeTakeFirst();
      const piece = row?.content.subarray(offset % CHUNK_BYTES);
      return piece && piece.length > 0 ? piece : undefined;
    },
    async list(page) {
      const after = readCursor(page.cursor);
      let query = db.selectFrom('artifact').select(COLUMNS).where('complete', '=', true);
      if (after)
        query = query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('uploaded_at_ms', 'id'), '<', tuple(after.atMs, after.id)),
        );
      const rows = await query
        .orderBy('uploaded_at_ms', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute();
      const items = rows.slice(0, page.limit).map(fromRow);
      const last = items.at(-1);
      return {
        items,
        nextCursor:
          rows.length > page.limit && last ? writeCursor({ atMs: last.uploadedAtMs, id: last.id }) : undefined,
      };
    },
    async upload(actor, { name, version, content }) {
      const atMs = clock.nowMs();
      const id = uuidv7(atMs);
      await db
        .deleteFrom('artifact')
        .where('complete', '=', false)
        .where('uploaded_at_ms', '<', atMs - ABANDONED_AFTER_MS)
        .execute();
      await db
        .insertInto('artifact')
        .values({ id, name, version, sha256: '', size_bytes: 0, uploaded_by: actor.label, uploaded_at_ms: atMs })
        .execute();
      try {
        const { sha256, sizeBytes } = await store(id, content);
        const known = await findBy(db, name, version);
        if (known) {
          await forget(id);
          if (known.sha256 === sha256) return fromRow(known);
          throw versionTaken(name, version);
        }
        return await transaction(db, async (trx) => {
          await trx
            .updateTable('artifact')
            .set({ sha256, size_bytes: sizeBytes, complete: true })
            .where('id', '=', id)
            .execute();
          const details = { version, sha256, sizeBytes };
          await recordChange(trx, {
            actor,
            kind: 'artifact',
            id,
            name: `${name} ${version}`,
            change: 'created',
            atMs,
            details,
          });
          return { id, name, version, sha256, sizeBytes, uploadedBy: actor.label, uploadedAtMs: atMs };
        });
      } catch (error) {
        await forget(id);
        throw isUniqueViolation(error) ? versionTaken(name, version) : error;
      }
    },
  };
}

const versionTaken = (name: string, version: string) =>
  conflict('version_taken', `${name} ${version} was uploaded before with other content. Give it a new version.`);
