// Hears how requests go and moves the tasks they belong to. Requests of other parts
// pass by: their ids are no task of ours.

import { createHash } from 'node:crypto';
import type { Clock } from '#kernel/clock.ts';
import type { StoredEvent } from '#kernel/domain/event.ts';
import type { Logger } from '#kernel/log.ts';
import { appendEvents, createEventConsumer, type EventConsumer } from '#store/event-log.ts';
import type { Notifications } from '#store/notifications.ts';
import type { Db, Trx } from '#store/postgres.ts';
import type { Gateway } from './neighbours.ts';
import { taskFinished } from './run-events.ts';
import { lockRunOfTask, markEnded, markRunning, saveLastEvent } from './run-store.ts';

const CHUNKS_AT_ONCE = 200;
/** Endings after which there cannot be output. */
const NEVER_RAN: readonly string[] = ['denied', 'expired', 'unreachable', 'interpreter_missing'];

interface Deps {
  db: Db;
  clock: Clock;
  log: Logger;
  notifications: Notifications;
  gateway: Gateway;
}

/** Hash over the whole kept output, each stream by itself, so that chunk borders do not matter. */
async function hashOutput(gateway: Gateway, requestId: string): Promise<string> {
  const hashes = { stdout: createHash('sha256'), stderr: createHash('sha256') };
  for (let after = -1; ;) {
    const chunks = await gateway.readOutput(requestId, after, CHUNKS_AT_ONCE);
    for (const chunk of chunks) {
      hashes[chunk.stream].update(chunk.bytes);
      after = chunk.seq;
    }
    if (chunks.length < CHUNKS_AT_ONCE) break;
  }
  return createHash('sha256').update(hashes.stdout.digest()).update(hashes.stderr.digest()).digest('hex').slice(0, 32);
}

export function createTaskEvents(
  deps: Deps,
  options: { moved: (runId: string, eventId: string) => void },
): EventConsumer {
  const { clock, gateway } = deps;

  async function finished(trx: Trx, event: StoredEvent<'request.finished'>): Promise<void> {
    const { requestId, outcome } = event.data;
    const runId = await lockRunOfTask(trx, requestId);
    if (runId === undefined) return;
    const [request] = await gateway.readRequests([requestId]);
    const ended = await markEnded(trx, requestId, {
      status: outcome.status,
      outcome,
      reportedAtMs: event.atMs,
      deliveredAtMs: request?.deliveredAtMs ?? undefined,
      ...(!NEVER_RAN.includes(outcome.status) && { outputHash: await hashOutput(gateway, requestId) }),
    });
    if (!ended) return;
    const told = { runId, taskId: requestId, ...ended, status: outcome.status, exitCode: outcome.exitCode };
    const [eventId] = await appendEvents(trx, [taskFinished({ ...told, atMs: clock.nowMs(), causeId: event.id })]);
    await saveLastEvent(trx, runId, eventId);
  }

  async function started(trx: Trx, event: StoredEvent<'request.started'>): Promise<void> {
    const runId = await lockRunOfTask(trx, event.data.requestId);
    if (runId !== undefined) await markRunning(trx, event.data.requestId, event.atMs);
  }

  return createEventConsumer(deps, {
    name: 'remediation-tasks',
    kinds: ['request.started', 'request.finished'],
    handle: (event, trx) => (event.kind === 'request.started' ? started(trx, event) : finished(trx, event)),
    afterCommit(events) {
      // One look per run and batch, however many hosts answered.
      const newest = new Map<string, string>();
      for (const event of events) if (event.runId) newest.set(event.runId, event.id);
      for (const [runId, eventId] of newest) options.moved(runId, eventId);
    },
  });
}
