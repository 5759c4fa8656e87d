// A gateway for tests of remediation: real rows for agents, and requests that the
// test answers with the events a real gateway writes.

import type { RequestOutcome } from '#kernel/domain/event.ts';
import { uuidv7 } from '#kernel/ids.ts';
import type { Agent, NewRequest, OutputChunk, RequestState } from '#gateway/api.ts';
import type { Gateway } from '#remediation/neighbours.ts';
import { appendEvents } from '#store/event-log.ts';
import type { Db } from '#store/postgres.ts';

export interface FakeGateway extends Gateway {
  /** Requests in the order they were committed or tried; a rolled back one counts as well. */
  readonly sent: NewRequest[];
  readonly cancels: string[];
  /** Gives the host an approved agent. */
  join(hostId: string): void;
  started(requestId: string): Promise<void>;
  /** Ends the request; `output` is what its stdout said. */
  finish(requestId: string, outcome: Partial<RequestOutcome>, output?: string): Promise<void>;
}

const AT_MS = 1_767_603_600_000;

export function createFakeGateway(db: Db): FakeGateway {
  const sent: NewRequest[] = [];
  const cancels: string[] = [];
  const agents = new Map<string, Agent>();
  const outputs = new Map<string, OutputChunk[]>();

  const requestOf = (requestId: string): NewRequest => {
    const request = sent.find((entry) => entry.requestId === requestId);
    if (!request) throw new Error(`no request ${requestId}`);
    return request;
  };

  const stateOf = (request: NewRequest): RequestState => ({
    requestId: request.requestId,
    agentId: request.agentId,
    runId: request.runId ?? null,
    action: request.action,
    status: 'delivered',
    cancelRequested: cancels.includes(request.requestId),
    outcome: null,
    createdAtMs: AT_MS,
    expiresAtMs: request.expiresAtMs,
    sentAtMs: AT_MS,
    deliveredAtMs: AT_MS,
    startedAtMs: null,
    finishedAtMs: null,
  });

  return {
    sent,
    cancels,
    join(hostId) {
      agents.set(hostId, {
        id: uuidv7(AT_MS),
        hostId,
        name: hostId,
        cluster: 'default',
        status: 'approved',
        version: '1',
        ip: null,
        connected: true,
        connectedAtMs: AT_MS,
        lastContactAtMs: AT_MS,
        enrolledAtMs: AT_MS,
        approvedBy: 'user:anna',
      });
    },
    async started(requestId) {
      const { agentId, runId } = requestOf(requestId);
      const subject = runId === undefined ? {} : { runId };
      await appendEvents(db, [{ kind: 'request.started', atMs: AT_MS, ...subject, data: { requestId, agentId } }]);
    },
    async finish(requestId, outcome, output) {
      const { agentId, runId } = requestOf(requestId);
      if (output !== undefined)
        outputs.set(requestId, [
          { seq: 0, stream: 'stdout', atMs: AT_MS, bytes: Buffer.from(output), omittedBytes: 0 },
        ]);
      const subject = runId === undefined ? {} : { runId };
      const data = { requestId, agentId, outcome: { status: 'succeeded' as const, ...outcome } };
      await appendEvents(db, [{ kind: 'request.finished', atMs: AT_MS, ...subject, data }]);
    },

    sendRequest(_trx, request) {
      if (sent.some((entry) => entry.requestId === request.requestId)) return Promise.resolve(false);
      sent.push(request);
      return Promise.resolve(true);
    },
    cancelRequest(_trx, requestId) {
      cancels.push(requestId);
      return Promise.resolve(true);
    },
    readRequests: (ids) => Promise.resolve(sent.filter((request) => ids.includes(request.requestId)).map(stateOf)),
    readOutput: (requestId, afterSeq, limit) =>
      Promise.resolve((outputs.get(requestId) ?? []).filter((chunk) => chunk.seq > afterSeq).slice(0, limit)),
    agentOfHost: (hostId) => Promise.resolve(agents.get(hostId)),
  };
}
