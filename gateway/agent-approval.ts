// Who may be an agent here: enrolment by token, approval, revocation. Each is one
// transaction with its event and its audit entry.

import { sql } from 'kysely';
import type { Clock } from '#kernel/clock.ts';
import type { Actor } from '#kernel/domain/actor.ts';
import { conflict, notFound } from '#kernel/errors.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { appendEvents } from '#store/event-log.ts';
import { transaction, type Db, type Trx } from '#store/postgres.ts';
import type { Allowance } from './allowance.ts';
import { findAgent, findAgentByKey, type AgentRow } from './agent-store.ts';
import { tellGateways } from './control-channel.ts';
import { spendJoinToken } from './join-token-store.ts';
import { finishRequests } from './request-store.ts';

/** What the gateway asks of inventory: the host of an agent, made when there is none. */
export interface HostDirectory {
  ensureAgentHost(
    trx: Trx,
    agent: { agentId: string; name: string; ip: string | undefined; cluster: string },
  ): Promise<string>;
}

interface Deps {
  db: Db;
  clock: Clock;
  hosts: HostDirectory;
}

export interface Enrolment {
  secret: string;
  publicKey: string;
  name: string;
  version: string;
  ip: string | undefined;
  /** Address the agent connected from, for the audit trail. */
  source: string;
}

/**
 * The agent of this key; undefined when the token is no good. A key that enrolled
 * before is the same agent again and costs no use: the answer may have been lost.
 */
export async function enrolAgent(
  deps: Deps & { mayAudit: Allowance },
  enrolment: Enrolment,
): Promise<AgentRow | undefined> {
  const { publicKey, name, version, ip } = enrolment;
  return transaction(deps.db, async (trx) => {
    const known = await findAgentByKey(trx, publicKey);
    if (known) return known;
    const nowMs = deps.clock.nowMs();
    const token = await spendJoinToken(trx, enrolment.secret, nowMs);
    if (!token) {
      if (!deps.mayAudit(enrolment.source)) return undefined;
      await auditEnrolment(trx, nowMs, enrolment, 'refused', {
        name,
        reason: 'join token unknown, used up or expired',
      });
      return undefined;
    }
    const agentId = uuidv7(nowMs);
    const { cluster } = token;
    await trx
      .insertInto('agent')
      .values({
        id: agentId,
        name,
        cluster,
        public_key: publicKey,
        status: 'pending',
        version,
        ip: ip ?? null,
        enrolled_at_ms: nowMs,
      })
      .execute();
    const joining = { id: agentId, name, ip: ip ?? null, cluster };
    const hostId = token.approve ? await giveFreeHost(deps, trx, joining, enrolment.source) : undefined;
    const approve = hostId !== undefined;
    if (approve)
      await trx
        .updateTable('agent')
        .set({ status: 'approved', approved_by: token.createdBy })
        .where('id', '=', agentId)
        .execute();
    const data = { agentId, name, approved: approve };
    await appendEvents(trx, [{ kind: 'agent.enrolled', atMs: nowMs, ...(hostId && { hostId }), data }]);
    await auditEnrolment(trx, nowMs, enrolment, 'done', { name, agentId, approved: approve, joinToken: token.id });
    return findAgent(trx, agentId);
  });
}

const auditEnrolment = (
  trx: Trx,
  atMs: number,
  enrolment: Enrolment,
  result: 'done' | 'refused',
  details: Record<string, unknown>,
) =>
  appendAudit(trx, {
    atMs,
    actor: 'agent',
    action: 'agent.enrol',
    object: `agent ${enrolment.name}`,
    result,
    source: enrolment.source,
    details,
  });

async function giveHost(
  deps: Deps,
  trx: Trx,
  agent: { id: string; name: string; ip: string | null; cluster: string },
): Promise<string> {
  const { id: agentId, name, cluster } = agent;
  const hostId = await deps.hosts.ensureAgentHost(trx, { agentId, name, ip: agent.ip ?? undefined, cluster });
  await trx.updateTable('agent').set({ host_id: hostId }).where('id', '=', agentId).execute();
  return hostId;
}

/**
 * Undefined when the host has an approved agent already: name and address are claims, and a token
 * alone must not let a machine pose as another one. From the loopback they are this machine's own.
 */
async function giveFreeHost(
  deps: Deps,
  trx: Trx,
  agent: { id: string; name: string; ip: string | null; cluster: string },
  source: string,
): Promise<string | undefined> {
  await sql`savepoint host_given`.execute(trx);
  const hostId = await giveHost(deps, trx, agent);
  if (isLoopback(source)) return hostId;
  const holder = await trx
    .selectFrom('agent')
    .select('id')
    .where('host_id', '=', hostId)
    .where('id', '!=', agent.id)
    .where('status', '=', 'approved')
    .executeTakeFirst();
  if (!holder) return hostId;
  await sql`rollback to savepoint host_given`.execute(trx);
  return undefined;
}

const isLoopback = (address: string): boolean => /^(::ffff:)?127\.|^::1$/.test(address);

export async function approveAgent(deps: Deps, actor: Actor, agentId: string): Promise<void> {
  await transaction(deps.db, async (trx) => {
    const agent = await lockAgent(trx, agentId);
    if (agent.status === 'approved') return;
    if (agent.status === 'revoked')
      throw conflict('agent_revoked', `The agent of ${agent.name} was revoked; let the host join anew with a token.`);
    const atMs = deps.clock.nowMs();
    await trx
      .updateTable('agent')
      .set({ status: 'approved', approved_by: actor.label })
      .where('id', '=', agentId)
      .execute();
    const hostId = await giveHost(deps, trx, agent);
    await appendEvents(trx, [{ kind: 'agent.approved', atMs, hostId, data: { agentId, by: actor.label } }]);
    await tellGateways(trx, { what: 'approved', agentId });
    await auditOf(trx, actor, 'agent.approve', agent, atMs);
  });
}

export async function revokeAgent(deps: Deps, actor: Actor, agentId: string): Promise<void> {
  await transaction(deps.db, async (trx) => {
    const agent = await lockAgent(trx, agentId);
    if (agent.status === 'revoked') return;
    const atMs = deps.clock.nowMs();
    await trx.updateTable('agent').set({ status: 'revoked' }).where('id', '=', agentId).execute();
    await endRequestsOf(trx, agentId, actor.label, atMs);
    const subject = agent.host_id ? { hostId: agent.host_id } : {};
    await appendEvents(trx, [{ kind: 'agent.revoked', atMs, ...subject, data: { agentId, by: actor.label } }]);
    await tellGateways(trx, { what: 'revoked', agentId });
    await auditOf(trx, actor, 'agent.revoke', agent, atMs);
  });
}

// Nobody listens to a revoked agent again, so what it was asked has to end here.
async function endRequestsOf(trx: Trx, agentId: string, by: string, atMs: number): Promise<void> {
  const open = await trx
    .selectFrom('agent_request')
    .select('id')
    .where('agent_id', '=', agentId)
    .where('status', '!=', 'finished')
    .execute();
  const outcome = { status: 'unreachable' as const, reason: `The agent was revoked by ${by}.` };
  await finishRequests(
    trx,
    open.map((row) => ({ requestId: row.id, outcome })),
    atMs,
  );
}

async function lockAgent(trx: Trx, agentId: string): Promise<AgentRow> {
  const row = await trx.selectFrom('agent').selectAll().where('id', '=', agentId).forUpdate().executeTakeFirst();
  if (!row) throw notFound('agent', agentId);
  return row;
}

const auditOf = (trx: Trx, actor: Actor, action: string, agent: AgentRow, atMs: number) =>
  appendAudit(trx, {
    atMs,
    actor: actor.label,
    action,
    object: `agent:${agent.id} ${agent.name}`,
    result: 'done',
    source: actor.source,
    details: {},
  });
