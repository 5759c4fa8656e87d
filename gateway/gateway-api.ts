// Builds the GatewayApi on the database alone: commands write rows, and gateway
// processes hear of them at commit.

import type { Clock } from '#kernel/clock.ts';
import type { Actor } from '#kernel/domain/actor.ts';
import type { RequestOutcome } from '#kernel/domain/event.ts';
import { badRequest, notFound } from '#kernel/errors.ts';
import { randomToken, uuidv7 } from '#kernel/ids.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { transaction, type Db, type Trx } from '#store/postgres.ts';
import type { Sealer } from '#store/sealed.ts';
import { MAX_BODY_CHARS } from '#wire/agent-channel.ts';
import { canonicalJson, isStorableJson } from '#wire/canonical-json.ts';
import { encodeJoinToken } from '#wire/join-token.ts';
import { approveAgent, revokeAgent, type HostDirectory } from './agent-approval.ts';
import { agentRowsOfHost, countAgentRows, findAgent, listAgentRows, toAgent } from './agent-store.ts';
import type { GatewayApi, NewJoinToken, NewRequest, RequestState } from './api.ts';
import { tellGateways } from './control-channel.ts';
import { insertJoinToken, removeJoinToken, usableJoinTokens } from './join-token-store.ts';
import { readOutputChunks } from './output-store.ts';
import { finishRequests, forgetQuiet, insertRequest, type RequestRow } from './request-store.ts';
import { openServerIdentity } from './server-identity.ts';

const LONGEST_TTL_MS = 7 * 86_400_000;
const LONGEST_TOKEN_SEC = 30 * 86_400;

interface GatewayApiDeps {
  db: Db;
  clock: Clock;
  sealer: Sealer;
  hosts: HostDirectory;
}

interface GatewayApiOptions {
  /** Where agents reach a gateway, such as `wss://ops.example:8443`; given the name that the requester used, if known. */
  agentUrl(reachableAs: string | undefined): string;
}

export function createGatewayApi(deps: GatewayApiDeps, options: GatewayApiOptions): GatewayApi {
  const { db, clock } = deps;

  async function sendRequest(trx: Trx, request: NewRequest): Promise<boolean> {
    const nowMs = clock.nowMs();
    checkRequest(request, nowMs);
    const agent = await findAgent(trx, request.agentId);
    if (!agent) throw notFound('agent', request.agentId);
    if (!(await insertRequest(trx, request, nowMs))) return false;
    if (agent.status === 'approved') await tellGateways(trx, { what: 'request', agentId: agent.id });
    else {
      const outcome: RequestOutcome = {
        status: 'unreachable',
        reason: `The agent of ${agent.name} is ${agent.status}.`,
      };
      await finishRequests(trx, [{ requestId: request.requestId, outcome }], nowMs);
    }
    return true;
  }

  async function cancelRequest(trx: Trx, requestId: string, by: string): Promise<boolean> {
    const nowMs = clock.nowMs();
    const row = await trx
      .updateTable('agent_request')
      .set({ cancel_requested_by: by, cancel_requested_at_ms: nowMs })
      .where('id', '=', requestId)
      .where('status', '!=', 'finished')
      .returning(['agent_id', 'status'])
      .executeTakeFirst();
    if (!row) return false;
    if (row.status === 'queued') {
      const outcome: RequestOutcome = { status: 'canceled', reason: `Canceled by ${by} before it was sent.` };
      await finishRequests(trx, [{ requestId, outcome }], nowMs);
    } else await tellGateways(trx, { what: 'cancel', agentId: row.agent_id });
    return true;
  }

  async function createJoinToken(actor: Actor, wanted: NewJoinToken) {
    const nowMs = clock.nowMs();
    checkJoinToken(wanted);
    const { fingerprint } = await openServerIdentity(deps, nowMs);
    const url = options.agentUrl(wanted.reachableAs);
    const secret = randomToken();
    const id = uuidv7(nowMs);
    const expiresAtMs = nowMs + wanted.ttlSec * 1000;
    const { approve, uses, cluster = 'default', note = '' } = wanted;
    await transaction(db, async (trx) => {
      const stored = { id, note, approve, uses, cluster, expiresAtMs, createdBy: actor.label, createdAtMs: nowMs };
      await insertJoinToken(trx, { ...stored, secret });
      await appendAudit(trx, {
        atMs: nowMs,
        actor: actor.label,
        action: 'join_token.create',
        object: `join_token:${id}`,
        result: 'done',
        source: actor.source,
        details: { approve, uses, cluster, ttlSec: wanted.ttlSec, note },
      });
    });
    return { id, token: encodeJoinToken({ url, fp: fingerprint, secret }), expiresAtMs };
  }

  async function deleteJoinToken(actor: Actor, id: string): Promise<void> {
    await transaction(db, async (trx) => {
      if (!(await removeJoinToken(trx, id))) throw notFound('join token', id);
      await appendAudit(trx, {
        atMs: clock.nowMs(),
        actor: actor.label,
        action: 'join_token.delete',
        object: `join_token:${id}`,
        result: 'done',
        source: actor.source,
        details: {},
      });
    });
  }

  async function readRequests(requestIds: readonly string[]): Promise<RequestState[]> {
    if (requestIds.length === 0) return [];
    const rows = await db.selectFrom('agent_request').selectAll().where('id', 'in', requestIds).execute();
    return rows.map(toRequestState);
  }

  return {
    sendRequest,
    cancelRequest,
    readRequests,
    forgetRequests: (requestIds) => forgetQuiet(db, requestIds, clock.nowMs()),
    readOutput: (requestId, afterSeq, limit) => readOutputChunks(db, requestId, afterSeq, limit),
    listAgents: async () => (await listAgentRows(db)).map((row) => toAgent(row, clock.nowMs())),
    async getAgent(agentId) {
      const row = await findAgent(db, agentId);
      if (!row) throw notFound('agent', agentId);
      return toAgent(row, clock.nowMs());
    },
    async agentOfHost(hostId) {
      const [row] = await agentRowsOfHost(db, hostId);
      return row && toAgent(row, clock.nowMs());
    },
    countAgents: () => countAgentRows(db, clock.nowMs()),
    approveAgent: (actor, agentId) => approveAgent(deps, actor, agentId),
    revokeAgent: (actor, agentId) => revokeAgent(deps, actor, agentId),
    createJoinToken,
    listJoinTokens: () => usableJoinTokens(db, clock.nowMs()),
    deleteJoinToken,
  };
}

function checkRequest(request: NewRequest, nowMs: number): void {
  if (!isStorableJson(request.body) || canonicalJson(request.body).length > MAX_BODY_CHARS)
    throw badRequest(
      'bad_request_body',
      `The body of ${request.action} must be JSON without NUL characters, at most ${MAX_BODY_CHARS} characters.`,
    );
  if (request.expiresAtMs > nowMs + LONGEST_TTL_MS)
    throw badRequest('bad_expiry', 'A request to an agent may wait at most seven days.');
}

function checkJoinToken(wanted: NewJoinToken): void {
  if (!(Number.isInteger(wanted.uses) && wanted.uses >= 1 && wanted.uses <= 100_000))
    throw badRequest('bad_uses', `uses: ${wanted.uses} given; a join token works 1 to 100000 times.`);
  if (!(wanted.ttlSec >= 60 && wanted.ttlSec <= LONGEST_TOKEN_SEC))
    throw badRequest('bad_ttl', `ttlSec: ${wanted.ttlSec} given; a join token lives 60 s to 30 days.`);
}

const toRequestState = (row: RequestRow): RequestState => ({
  requestId: row.id,
  agentId: row.agent_id,
  runId: row.run_id,
  action: row.action,
  status: row.status as RequestState['status'],
  cancelRequested: row.cancel_requested_at_ms !== null,
  outcome: row.outcome as RequestOutcome | null,
  createdAtMs: row.created_at_ms,
  expiresAtMs: row.expires_at_ms,
  sentAtMs: row.sent_at_ms,
  deliveredAtMs: row.delivered_at_ms,
  startedAtMs: row.started_at_ms,
  finishedAtMs: row.finished_at_ms,
});
