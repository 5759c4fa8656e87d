// Brings requests to the agents that are connected here: at commit, at connection,
// and again while nobody has acknowledged. Ends those that nobody can be waited for.

import type { Clock, Timer } from '#kernel/clock.ts';
import type { RequestOutcome } from '#kernel/domain/event.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { transaction, type Db } from '#store/postgres.ts';
import { CHANNEL_VERSION, type CancelNotice, type RequestEnvelope } from '#wire/agent-channel.ts';
import type { JsonValue } from '#wire/canonical-json.ts';
import { bodyHash, signAs } from '#wire/channel-signature.ts';
import { CONTACT_STALE_MS, revokedAmong, touchContacts } from './agent-store.ts';
import type { AgentSession, Hub } from './hub.ts';
import { cancelsOf, finishRequests, openRequestsOf, overdueRequests } from './request-store.ts';
import { requestsToRepeat, takeQueued, type RequestRow } from './request-store.ts';
import type { ServerIdentity } from './server-identity.ts';

interface DispatchDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  hub: Hub;
  identity: ServerIdentity;
  gateway: string;
}

export interface Dispatch {
  /** The agent has a new request, or one to cancel. Ignored when it is not connected here. */
  nudge(agentId: string, what: 'request' | 'cancel'): void;
  /** News may have been missed: looks for new requests of all agents here, and for revoked ones. */
  nudgeAll(): void;
  /** A session was welcomed: it gets what it missed. */
  opened(session: AgentSession): void;
  start(): void;
  stop(): Promise<void>;
}

const SWEEP_MS = 1000;
const REPEAT_AFTER_MS = 5000;
const CONTACT_MS = 30_000;
/** A connected agent that has not ended a request so long after it should have will not: its disk refused, say. */
const UNANSWERED_MS = 300_000;
/** A cancel is repeated until it is answered, so its own life is short. */
const CANCEL_TTL_MS = 60_000;

export function createDispatch(deps: DispatchDeps): Dispatch {
  const { db, clock, log, hub, identity, gateway } = deps;
  const dirty = { request: new Set<string>(), cancel: new Set<string>() };
  const timers: Timer[] = [];
  const running = new Set<Promise<void>>();
  let flushing = false;

  /** Runs `work` on its own; a failure is logged and made good by the next sweep. */
  function spawn(what: string, work: () => Promise<void>): void {
    const task: Promise<void> = work()
      .catch((error: unknown) => log.warn(`${what} failed; the next sweep tries again`, errorFields(error)))
      .finally(() => running.delete(task));
    running.add(task);
  }

  function sendRequest(row: RequestRow): void {
    const session = hub.get(row.agent_id);
    if (!session) return;
    const body = row.body as { [key: string]: JsonValue };
    const envelope: RequestEnvelope = {
      v: CHANNEL_VERSION,
      requestId: row.id,
      agentId: row.agent_id,
      action: row.action,
      bodyHash: bodyHash(body),
      createdAtMs: row.created_at_ms,
      expiresAtMs: row.expires_at_ms,
      seq: row.seq,
      requestedBy: row.requested_by,
      keyId: identity.signingKeyId,
    };
    session.send({ kind: 'request', envelope, body, signature: signAs('request', envelope, identity.signingKey) });
  }

  function sendCancel(row: RequestRow): void {
    const createdAtMs = clock.nowMs();
    const notice: CancelNotice = {
      v: CHANNEL_VERSION,
      requestId: row.id,
      agentId: row.agent_id,
      by: row.cancel_requested_by ?? 'unknown',
      createdAtMs,
      expiresAtMs: createdAtMs + CANCEL_TTL_MS,
      keyId: identity.signingKeyId,
    };
    hub.get(row.agent_id)?.send({ kind: 'cancel', notice, signature: signAs('cancel', notice, identity.signingKey) });
  }

  /** Sends again what may have been lost, its notification included; asks where sending again could start it twice. */
  function repeat(row: RequestRow): void {
    if (row.status === 'queued') mark(row.agent_id, 'request');
    else if (row.cancel_requested_at_ms !== null) sendCancel(row);
    else if (row.status === 'sent' && row.expires_at_ms > clock.nowMs()) sendRequest(row);
    else hub.get(row.agent_id)?.send({ kind: 'resume', requestId: row.id });
  }

  async function flush(): Promise<void> {
    const queuedFor = [...dirty.request];
    const cancelFor = [...dirty.cancel];
    dirty.request.clear();
    dirty.cancel.clear();
    const rows = await takeQueued(db, queuedFor, clock.nowMs());
    rows.forEach(sendRequest);
    // A full batch may have left some behind.
    if (rows.length > 0 && rows.length >= 500) queuedFor.forEach((agentId) => dirty.request.add(agentId));
    if (cancelFor.length > 0) (await cancelsOf(db, cancelFor)).forEach(sendCancel);
  }

  async function flushAll(): Promise<void> {
    try {
      while (dirty.request.size > 0 || dirty.cancel.size > 0) await flush();
    } finally {
      flushing = false;
    }
  }

  function mark(agentId: string, what: 'request' | 'cancel'): void {
    dirty[what].add(agentId);
    if (flushing) return;
    flushing = true;
    spawn('sending requests', flushAll);
  }

  async function closeRevoked(): Promise<void> {
    for (const agentId of await revokedAmong(db, hub.agentIds())) hub.get(agentId)?.close('revoked', 'revoked');
  }

  const nudgeAll = () => {
    spawn('closing revoked agents', closeRevoked);
    for (const agentId of hub.agentIds()) mark(agentId, 'request');
  };

  async function sweep(): Promise<void> {
    const nowMs = clock.nowMs();
    await transaction(db, async (trx) => {
      const overdue = await overdueRequests(trx, nowMs, nowMs - CONTACT_STALE_MS, nowMs - UNANSWERED_MS);
      const endings = overdue.map((row) => ({ requestId: row.id, outcome: outcomeOfOverdue(row) }));
      if (endings.length > 0) await finishRequests(trx, endings, nowMs);
    });
    await closeRevoked();
  }

  async function repeatStale(): Promise<void> {
    const nowMs = clock.nowMs();
    (await requestsToRepeat(db, gateway, { nowMs, sentBeforeMs: nowMs - REPEAT_AFTER_MS })).forEach(repeat);
  }

  return {
    nudge(agentId, what) {
      if (hub.get(agentId)) mark(agentId, what);
    },
    nudgeAll,
    opened(session) {
      spawn('resuming requests', async () => {
        (await openRequestsOf(db, session.agentId)).forEach(repeat);
        mark(session.agentId, 'request');
      });
    },
    start() {
      timers.push(
        clock.every(SWEEP_MS, () => spawn('the sweep of requests', sweep)),
        clock.every(REPEAT_AFTER_MS, () => spawn('repeating requests', repeatStale)),
        clock.every(CONTACT_MS, () => spawn('noting contacts', () => touchContacts(db, hub.agentIds(), clock.nowMs()))),
      );
    },
    async stop() {
      for (const timer of timers) timer.cancel();
      await Promise.all(running);
    },
  };
}

function outcomeOfOverdue(row: { status: string; canceled: boolean; away: boolean }): RequestOutcome {
  if (row.status === 'queued')
    return { status: 'expired', reason: 'The agent was not connected before the request expired.' };
  const then = row.canceled ? ' The cancel was not confirmed.' : '';
  if (!row.away)
    return {
      status: 'unknown_outcome',
      reason: `The agent is connected, but never told how it ended; look at the agent's log.${then}`,
    };
  if (row.status === 'sent')
    return {
      status: 'unreachable',
      reason: `It was sent, but the agent went away before it acknowledged; it may have run.${then}`,
    };
  return { status: 'unreachable', reason: `The agent went away while it had the request, and did not return.${then}` };
}
