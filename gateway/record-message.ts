// What each message of an agent means in the database. An agent speaks only for
// its own requests: whatever names another's changes nothing.

import type { RequestOutcome } from '#kernel/domain/event.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { appendEvents } from '#store/event-log.ts';
import type { Trx } from '#store/postgres.ts';
import type { Refusal, ToGateway } from '#wire/agent-channel.ts';
import { findAgent } from './agent-store.ts';
import { keepOutput } from './output-store.ts';
import { finishRequests, markDelivered, markStarted, subjectOf } from './request-store.ts';

export type RecordedMessage = Exclude<ToGateway, { kind: 'enrol' | 'hello' }>;

export async function recordMessage(
  trx: Trx,
  receipt: { agentId: string; message: RecordedMessage; nowMs: number },
): Promise<void> {
  const { agentId, message, nowMs } = receipt;
  switch (message.kind) {
    case 'delivered':
      return markDelivered(trx, agentId, message.requestId, nowMs);
    case 'started':
      return markStarted(trx, agentId, message.requestId, message.atMs);
    case 'output': {
      const { requestId, seq, stream, atMs, omittedBytes = 0 } = message;
      const bytes = Buffer.from(message.chunk, 'base64');
      return keepOutput(trx, [{ requestId, agentId, seq, stream, atMs, omittedBytes, bytes }]);
    }
    case 'result':
      await finishRequests(trx, [{ requestId: message.requestId, outcome: message.outcome, agentId }], nowMs);
      return;
    case 'refused':
      return recordRefusal(trx, agentId, message, nowMs);
    case 'unknown':
      return recordForgotten(trx, agentId, message.requestId, nowMs);
    case 'report': {
      const agent = await findAgent(trx, agentId);
      if (!agent) return;
      const data = { agentId, report: message.report };
      await appendEvents(trx, [{ kind: 'agent.reported', atMs: nowMs, ...subjectOf(agent), data }]);
      return;
    }
    default:
      message satisfies never;
  }
}

// A refusal ends only what the agent had not taken before: a forgery under the id
// of a request that runs must not end the real one.
async function recordRefusal(
  trx: Trx,
  agentId: string,
  message: { requestId: string; refusal: Refusal; reason: string },
  nowMs: number,
): Promise<void> {
  const { requestId, refusal, reason } = message;
  const outcome: RequestOutcome = { status: refusal === 'expired' ? 'expired' : 'denied', reason };
  await finishRequests(trx, [{ requestId, outcome, agentId, from: ['queued', 'sent'] }], nowMs);
  await appendAudit(trx, {
    atMs: nowMs,
    actor: `agent:${agentId}`,
    action: 'request.refuse',
    object: `request:${requestId}`,
    result: 'refused',
    source: 'agent channel',
    details: { refusal, reason },
  });
}

async function recordForgotten(trx: Trx, agentId: string, requestId: string, nowMs: number): Promise<void> {
  const neverTaken: RequestOutcome = { status: 'expired', reason: 'It expired before it reached the agent.' };
  const forgotten: RequestOutcome = {
    status: 'unknown_outcome',
    reason: 'The agent had taken the request but its journal no longer knows it.',
  };
  await finishRequests(
    trx,
    [
      { requestId, agentId, outcome: neverTaken, from: ['sent'] },
      { requestId, agentId, outcome: forgotten, from: ['delivered', 'started'] },
    ],
    nowMs,
  );
}
