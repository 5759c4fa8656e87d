// What became of each request: an append-only file, on disk before anything is
// started. It is why a request that comes twice runs once, and why a result that
// the link lost is still delivered.

import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { RequestOutcome } from '#kernel/domain/event.ts';
import { requestOutcome } from '#wire/agent-channel.ts';
import { byKind, decodeJson, object, text, wholeNumber, type ValueOf } from '#wire/json-shape.ts';
import { isDiskRefusal, writeDurably } from './durable-file.ts';

const requestId = text(128);
const atMs = wholeNumber();
const record = byKind({
  /** `skewMs`: server time minus ours when it was accepted. */
  accepted: object({ requestId, atMs, expiresAtMs: atMs, skewMs: wholeNumber(-8.64e15) }),
  started: object({ requestId, atMs }),
  /** Asked to stop, by whom; for a request that never came this is all there is. */
  canceled: object({ requestId, atMs, by: text(256) }),
  finished: object({ requestId, atMs, outcome: requestOutcome }),
  /** The server has committed the result. */
  kept: object({ requestId, atMs }),
});
export type JournalRecord = ValueOf<typeof record>;

export interface JournalEntry {
  requestId: string;
  state: 'accepted' | 'started' | 'finished' | 'kept';
  acceptedAtMs: number;
  expiresAtMs: number;
  skewMs: number;
  startedAtMs?: number;
  canceledBy?: string;
  outcome?: RequestOutcome;
}

export interface Journal {
  get(requestId: string): JournalEntry | undefined;
  /** Those whose result the server has not committed, oldest first. */
  open(): JournalEntry[];
  /** On disk when this returns, but for `kept`. Throws when the disk refuses: then nothing may be started. */
  append(record: JournalRecord): JournalEntry;
  close(): void;
}

// An expired request is refused by its date; until then its id must be remembered.
const REMEMBER_AFTER_EXPIRY_MS = 24 * 3600 * 1000;
const CANCEL_MEMORY_MS = 7 * 24 * 3600 * 1000;
const COMPACT_BYTES = 4 * 1024 * 1024;

/** Opens `journal.jsonl`, forgets what is long over, and drops a last line that a crash cut short. */
export function openJournal(stateDir: string, nowMs: number): Journal {
  const file = path.join(stateDir, 'journal.jsonl');
  let fd = openSync(file, 'a+', 0o600);
  const entries = readEntries(fd);
  let sizeBytes = 0;
  let compactAtBytes = 0;

  function compact(atNowMs: number): void {
    for (const [id, entry] of entries) {
      if (entry.state === 'kept' && entry.expiresAtMs + REMEMBER_AFTER_EXPIRY_MS < atNowMs) entries.delete(id);
    }
    const lines = [...entries.values()].flatMap(recordsOf).map(lineOf).join('');
    writeDurably(file, lines);
    const compacted = openSync(file, 'a+', 0o600);
    closeSync(fd);
    fd = compacted;
    sizeBytes = Buffer.byteLength(lines);
    compactAtBytes = 2 * sizeBytes + COMPACT_BYTES;
  }

  /** The record is kept already: a full disk only postpones this. */
  function compactIfPossible(atNowMs: number): void {
    try {
      compact(atNowMs);
    } catch (error) {
      if (!isDiskRefusal(error)) throw error;
      // It may have been refused before or after the new file took the place of the old one.
      const inPlace = openSync(file, 'a+', 0o600);
      closeSync(fd);
      fd = inPlace;
      sizeBytes = fstatSync(fd).size;
      compactAtBytes = sizeBytes + COMPACT_BYTES;
    }
  }

  /** All of the line or nothing: half a line would spoil the next one too. */
  function write(line: Buffer, kind: JournalRecord['kind']): void {
    try {
      for (let written = 0; written < line.length;) written += writeSync(fd, line, written);
      // Losing a `kept` costs one repeated result and nothing else.
      if (kind !== 'kept') fdatasyncSync(fd);
    } catch (error) {
      ftruncateSync(fd, sizeBytes);
      throw error;
    }
    sizeBytes += line.length;
  }

  try {
    compact(nowMs);
  } catch (error) {
    closeSync(fd);
    throw error;
  }

  return {
    get: (id) => entries.get(id),
    open: () => [...entries.values()].filter((entry) => entry.state !== 'kept'),
    append(next) {
      write(Buffer.from(lineOf(next)), next.kind);
      const entry = applyRecord(entries, next);
      if (sizeBytes > compactAtBytes) compactIfPossible(next.atMs);
      return entry;
    },
    close: () => closeSync(fd),
  };
}

const lineOf = (next: JournalRecord): string => `${JSON.stringify(next)}\n`;

function readEntries(fd: number): Map<string, JournalEntry> {
  const entries = new Map<string, JournalEntry>();
  const content = readFileSync(fd, 'utf8');
  const wholeLines = content.slice(0, content.lastIndexOf('\n') + 1);
  if (wholeLines.length < content.length) ftruncateSync(fd, Buffer.byteLength(wholeLines));
  for (const line of wholeLines.split('\n')) {
    const decoded = line === '' ? undefined : decodeJson(record, line);
    if (decoded?.ok) applyRecord(entries, decoded.value);
  }
  return entries;
}

function applyRecord(entries: Map<string, JournalEntry>, next: JournalRecord): JournalEntry {
  const entry = entries.get(next.requestId) ?? {
    requestId: next.requestId,
    state: 'accepted' as const,
    acceptedAtMs: next.atMs,
    expiresAtMs: next.atMs + CANCEL_MEMORY_MS,
    skewMs: 0,
  };
  entries.set(next.requestId, entry);
  switch (next.kind) {
    case 'accepted':
      entry.expiresAtMs = next.expiresAtMs;
      entry.skewMs = next.skewMs;
      break;
    case 'started':
      entry.state = 'started';
      entry.startedAtMs = next.atMs;
      break;
    case 'canceled':
      entry.canceledBy = next.by;
      break;
    case 'finished':
      entry.state = 'finished';
      entry.outcome = next.outcome;
      break;
    case 'kept':
      entry.state = 'kept';
      // A replay is answered with how it ended; what it brought is in the server's database.
      if (entry.outcome) delete entry.outcome.result;
      break;
    default:
      next satisfies never;
  }
  return entry;
}

/** The fewest records that give this entry again. */
function recordsOf(entry: JournalEntry): JournalRecord[] {
  const id = entry.requestId;
  const { acceptedAtMs, expiresAtMs, skewMs, startedAtMs, canceledBy, outcome } = entry;
  return [
    { kind: 'accepted', requestId: id, atMs: acceptedAtMs, expiresAtMs, skewMs },
    ...(startedAtMs !== undefined ? [{ kind: 'started' as const, requestId: id, atMs: startedAtMs }] : []),
    ...(canceledBy !== undefined
      ? [{ kind: 'canceled' as const, requestId: id, atMs: acceptedAtMs, by: canceledBy }]
      : []),
    ...(outcome ? [{ kind: 'finished' as const, requestId: id, atMs: acceptedAtMs, outcome }] : []),
    ...(entry.state === 'kept' ? [{ kind: 'kept' as const, requestId: id, atMs: acceptedAtMs }] : []),
  ];
}
