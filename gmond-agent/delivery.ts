// Tells the server what became of its requests, as often as it takes: progress,
// output, result, in that order, again after every reconnect, until the server
// says that it has committed them.

import type { ToGateway } from '#wire/agent-channel.ts';
import type { Journal, JournalEntry } from './journal.ts';
import type { OutputSpool } from './output-spool.ts';

export interface DeliveryDeps {
  journal: Journal;
  /** Spool of a request that has been started and not been kept. */
  spoolOf(requestId: string): OutputSpool;
}

export interface Delivery {
  linkUp(send: (message: ToGateway) => void): void;
  linkDown(): void;
  /** Something of this request is new: its state or its output. */
  advance(requestId: string): void;
  /** All of this request again, for a server that asks what became of it. */
  retell(requestId: string): void;
  outputKept(requestId: string, seq: number): void;
  /** The server has the result: nothing more is told of this request. */
  forget(requestId: string): void;
}

/** Chunks of one request that may be on the way unacknowledged: bounds the memory of both sides. */
const WINDOW = 8;

interface Told {
  delivered: boolean;
  started: boolean;
  /** Next chunk to send; all below `kept` are committed. */
  nextSeq: number;
  kept: number;
  result: boolean;
}

export function createDelivery(deps: DeliveryDeps): Delivery {
  const { journal } = deps;
  const told = new Map<string, Told>();
  let send: ((message: ToGateway) => void) | undefined;

  function advance(requestId: string): void {
    const entry = journal.get(requestId);
    if (!send || !entry || entry.state === 'kept') return;
    const progress = told.get(requestId) ?? { delivered: false, started: false, nextSeq: 0, kept: 0, result: false };
    told.set(requestId, progress);
    if (!progress.delivered) send({ kind: 'delivered', requestId });
    progress.delivered = true;
    if (!progress.started && entry.startedAtMs !== undefined) {
      send({ kind: 'started', requestId, atMs: entry.startedAtMs });
      progress.started = true;
    }
    if (entry.startedAtMs !== undefined && !sendOutput(entry, progress, send)) return;
    if (progress.result || entry.state !== 'finished' || !entry.outcome) return;
    send({ kind: 'result', requestId, outcome: entry.outcome });
    progress.result = true;
  }

  /** False while chunks wait for room in the window. */
  function sendOutput(entry: JournalEntry, progress: Told, tell: (message: ToGateway) => void): boolean {
    const { requestId } = entry;
    const spool = deps.spoolOf(requestId);
    // After a restart nobody else says that no more output comes.
    if (entry.state === 'finished') spool.seal();
    for (; progress.nextSeq < spool.count(); progress.nextSeq++) {
      if (progress.nextSeq - progress.kept >= WINDOW) return false;
      const { stream, atMs, bytes, omittedBytes } = spool.read(progress.nextSeq);
      const chunk = bytes.toString('base64');
      const omitted = omittedBytes > 0 ? { omittedBytes } : {};
      tell({ kind: 'output', requestId, seq: progress.nextSeq, stream, atMs, chunk, ...omitted });
    }
    return true;
  }

  return {
    linkUp(next) {
      send = next;
      for (const [requestId, progress] of told) told.set(requestId, afterReconnect(progress));
      for (const entry of journal.open()) if (isForServer(entry)) advance(entry.requestId);
    },
    linkDown() {
      send = undefined;
    },
    advance,
    retell(requestId) {
      const progress = told.get(requestId);
      if (progress) told.set(requestId, afterReconnect(progress));
      advance(requestId);
    },
    outputKept(requestId, seq) {
      const progress = told.get(requestId);
      if (!progress) return;
      progress.kept = Math.max(progress.kept, seq + 1);
      advance(requestId);
    },
    forget: (requestId) => void told.delete(requestId),
  };
}

// Output below `kept` is committed; all else may have been lost with the link.
const afterReconnect = (progress: Told): Told => ({
  delivered: false,
  started: false,
  nextSeq: progress.kept,
  kept: progress.kept,
  result: false,
});

/** A cancel that came before its request is remembered, but there is nothing to tell of it yet. */
const isForServer = (entry: JournalEntry): boolean => entry.state !== 'accepted' || entry.canceledBy === undefined;
