// Asks the agent of a host and waits for its answer: a thousand times a minute, so
// answers are read together as they come, and forgotten together.

import type { Clock } from '#kernel/clock.ts';
import type { RequestOutcome } from '#kernel/domain/event.ts';
import { errorFields } from '#kernel/errors.ts';
import { uuidv7 } from '#kernel/ids.ts';
import type { Logger } from '#kernel/log.ts';
import { FINISHED_CHANNEL, type GatewayApi } from '#gateway/api.ts';
import type { Notifications } from '#store/notifications.ts';
import { transaction, type Db } from '#store/postgres.ts';

export interface AgentQuestion {
  hostId: string;
  action: string;
  body: Record<string, unknown>;
  /** The answer is of no use later; the agent stops what it began a little earlier. */
  timeoutMs: number;
  /** For the policy and the log of the host. */
  askedBy: string;
}

/** 'away' = there is nobody to ask; 'late' = the time is over, or `signal` aborted. */
export type AgentAnswer =
  { how: 'answered'; outcome: RequestOutcome } | { how: 'away'; reason: string } | { how: 'late' };

/** Never rejects for what the agent does; rejects when the database does not answer. */
export type AskAgent = (question: AgentQuestion, signal: AbortSignal) => Promise<AgentAnswer>;

export interface AskAgentDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  notifications: Notifications;
  gateway: Pick<GatewayApi, 'sendRequest' | 'agentOfHost' | 'readRequests' | 'forgetRequests'>;
}

/** For notices that were lost with the connection that brings them. */
const POLL_MS = 2000;
const FORGET_MS = 5000;
/** So that "it ran longer than its time limit" arrives before nobody listens any more. */
const ANSWER_SHARE = 0.1;
const MAX_ANSWER_MS = 1500;
/** Bounds memory and database; more at once mean that agents do not answer. */
const MOST_WAITING = 10_000;

export function createAskAgent(deps: AskAgentDeps): AskAgent {
  const { db, clock, log, gateway } = deps;
  const waiting = new Map<string, (outcome: RequestOutcome) => void>();
  const finished = new Set<string>();
  const forgettable = new Set<string>();
  let reading = false;
  let unsubscribe: (() => void) | undefined;
  let isForgetting = false;

  /** Listens only while somebody waits, so that nothing has to be stopped. */
  function listen(): void {
    unsubscribe ??= deps.notifications.subscribe(FINISHED_CHANNEL, (requestId) => {
      if (requestId === '') for (const id of waiting.keys()) finished.add(id);
      else if (waiting.has(requestId)) finished.add(requestId);
      if (finished.size > 0) void readFinished();
    });
  }

  /** One query at a time: what comes meanwhile is in the next one. */
  async function readFinished(): Promise<void> {
    if (reading) return;
    reading = true;
    try {
      while (finished.size > 0) {
        const ids = [...finished];
        finished.clear();
        for (const { requestId, outcome } of await gateway.readRequests(ids))
          if (outcome) waiting.get(requestId)?.(outcome);
      }
    } catch (error) {
      log.debug('answers of agents could not be read', errorFields(error));
    } finally {
      reading = false;
    }
  }

  function forgetLater(requestId: string): void {
    forgettable.add(requestId);
    if (isForgetting) return;
    isForgetting = true;
    clock.after(FORGET_MS, () => {
      isForgetting = false;
      const ids = [...forgettable];
      forgettable.clear();
      gateway
        .forgetRequests(ids)
        .catch((error: unknown) => log.debug('answers of agents could not be forgotten', errorFields(error)));
    });
  }

  async function send(agentId: string, requestId: string, question: AgentQuestion): Promise<void> {
    const { action, body, timeoutMs, askedBy } = question;
    const timeoutSec = (timeoutMs - Math.min(MAX_ANSWER_MS, timeoutMs * ANSWER_SHARE)) / 1000;
    await transaction(db, (trx) =>
      gateway.sendRequest(trx, {
        ...{ requestId, agentId, action, body: { ...body, timeoutSec }, requestedBy: askedBy, quiet: true },
        expiresAtMs: Math.round(clock.nowMs() + timeoutMs),
      }),
    );
  }

  return async (question, signal) => {
    if (waiting.size >= MOST_WAITING) return { how: 'away', reason: 'too many questions to agents are unanswered' };
    const agent = await gateway.agentOfHost(question.hostId);
    if (!agent) return { how: 'away', reason: 'no agent is joined to this host' };
    if (!agent.connected) return { how: 'away', reason: notConnected(agent.lastContactAtMs) };
    const requestId = `check-${uuidv7(clock.nowMs())}`;
    const answer = Promise.withResolvers<AgentAnswer>();
    const late = () => answer.resolve({ how: 'late' });
    waiting.set(requestId, (outcome) => answer.resolve({ how: 'answered', outcome }));
    signal.addEventListener('abort', late, { once: true });
    const deadline = clock.after(question.timeoutMs, late);
    const poll = clock.every(POLL_MS, () => {
      finished.add(requestId);
      void readFinished();
    });
    try {
      listen();
      if (signal.aborted) late();
      else await send(agent.id, requestId, question);
      return await answer.promise;
    } finally {
      deadline.cancel();
      poll.cancel();
      signal.removeEventListener('abort', late);
      waiting.delete(requestId);
      finished.delete(requestId);
      forgetLater(requestId);
      if (waiting.size === 0) {
        unsubscribe?.();
        unsubscribe = undefined;
      }
    }
  };
}

export const notConnected = (lastContactAtMs: number | null): string =>
  lastContactAtMs === null
    ? 'the agent has never been connected'
    : `the agent is not connected since ${new Date(lastContactAtMs).toISOString().slice(0, 19)}Z`;
