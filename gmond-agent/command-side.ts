// The commanded half of an agent: link, journal, runner and delivery joined. Many
// of these live in one process when a fleet is simulated.

import { mkdirSync } from 'node:fs';
import type { Clock } from '#kernel/clock.ts';
import type { AgentReport } from '#kernel/domain/event.ts';
import { AppError, errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import type { ToAgent, ToGateway } from '#wire/agent-channel.ts';
import type { Action } from './actions/action.ts';
import { actionsByName } from './actions/registry.ts';
import { fetchArtifact } from './artifact-fetch.ts';
import { createDelivery } from './delivery.ts';
import type { Identity } from './identity.ts';
import { openJournal, type Journal } from './journal.ts';
import { createLink } from './link.ts';
import { readPolicy } from './policy.ts';
import { openRequestFiles } from './request-files.ts';
import { createRequestRunner } from './request-runner.ts';
import { createServerTime } from './server-time.ts';
import { verifyCancel, verifyRequest, type Trust } from './verify-request.ts';

type Heard = Exclude<ToAgent, { kind: 'challenge' | 'enrolled' | 'welcome' | 'pending' | 'rejected' }>;

interface CommandSideDeps {
  clock: Clock;
  log: Logger;
  identity: Identity;
  /** Actions beside the built-in ones. */
  actions?: readonly Action[];
}

interface CommandSideOptions {
  stateDir: string;
  name: string;
  ip?: string;
  version: string;
  /** Where programs are looked for. */
  searchPath?: string;
  /** Told at each welcome, once the agent may report. */
  onConnected?(): void;
}

export interface CommandSide extends Service {
  isConnected(): boolean;
  /** Rejects while there is no connection: the reporter offers it again. */
  report(report: AgentReport): Promise<void>;
}

const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export function createCommandSide(deps: CommandSideDeps, options: CommandSideOptions): CommandSide {
  const { clock, log, identity } = deps;
  const { stateDir } = options;
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const serverTime = createServerTime(clock);
  const journal: Journal = openJournal(stateDir, clock.nowMs());
  const files = openRequestFiles(stateDir);
  const delivery = createDelivery({ journal, spoolOf: files.spoolOf });
  let session: { send: (message: ToGateway) => void; token: string } | undefined;

  const runner = createRequestRunner({
    ...{ clock, log, journal, files, serverTime },
    actions: actionsByName(deps.actions ?? []),
    searchPath: options.searchPath ?? SEARCH_PATH,
    changed: delivery.advance,
    fetchArtifact(wanted, signal) {
      if (!session) return Promise.reject(notConnected());
      const { url, fingerprint } = identity;
      return fetchArtifact({ url, fingerprint, sessionToken: session.token }, wanted, signal);
    },
  });

  const trust = (): Trust => ({
    agentId: identity.membership?.agentId ?? '',
    signingKeys: identity.membership?.signingKeys ?? [],
    serverNowMs: serverTime.nowMs(),
  });

  function refuse(
    requestId: string,
    refusal: Extract<ToGateway, { kind: 'refused' }>['refusal'],
    reason: string,
  ): void {
    log.warn('a request was refused', { requestId, refusal, reason });
    session?.send({ kind: 'refused', requestId, refusal, reason });
  }

  function takeRequest(message: Extract<ToAgent, { kind: 'request' }>): void {
    const { envelope, body } = message;
    const { requestId, action, requestedBy, expiresAtMs } = envelope;
    const verdict = verifyRequest(message, trust());
    if (!verdict.ok) return refuse(requestId, verdict.refusal, verdict.reason);
    const known = journal.get(requestId);
    // Whatever was asked before under this id is what this id means.
    if (known && known.canceledBy === undefined) return answerAgain(requestId);
    if (known)
      return known.state === 'accepted' ? endCanceled(requestId, known.canceledBy ?? '') : answerAgain(requestId);
    const decision = readPolicy(stateDir)({ action, requestedBy });
    if (!decision.allowed) return refuse(requestId, 'denied', `This host does not allow ${action}: ${decision.rule}.`);
    try {
      if (!runner.accept(requestId, expiresAtMs, { action, body }))
        log.warn('too many requests are open', { requestId });
    } catch (error) {
      // Nothing of it was kept, so nothing of it will run.
      refuse(requestId, 'denied', `This host could not write it down: ${errorText(error)}`.slice(0, 1000));
    }
  }

  function answerAgain(requestId: string): void {
    const known = journal.get(requestId);
    if (known?.state === 'kept' && known.outcome) session?.send({ kind: 'result', requestId, outcome: known.outcome });
    else delivery.retell(requestId);
  }

  function takeCancel(message: Extract<ToAgent, { kind: 'cancel' }>): void {
    const { requestId, by } = message.notice;
    const verdict = verifyCancel(message, trust());
    if (!verdict.ok) return refuse(requestId, verdict.refusal, verdict.reason);
    const known = journal.get(requestId);
    if (known?.state === 'finished' || known?.state === 'kept') return answerAgain(requestId);
    // What runs is stopped even when the disk does not take the note of it.
    if (known?.state === 'started') runner.cancel(requestId);
    if (known?.canceledBy === undefined) journal.append({ kind: 'canceled', requestId, atMs: serverTime.nowMs(), by });
    if (known) runner.cancel(requestId);
    else endCanceled(requestId, by);
  }

  /** A cancel that overtook its request ends it before it was taken. */
  function endCanceled(requestId: string, by: string): void {
    const reason = `Canceled by ${by} before it reached the agent.`;
    const atMs = serverTime.nowMs();
    journal.append({ kind: 'finished', requestId, atMs, outcome: { status: 'canceled', reason } });
    delivery.advance(requestId);
  }

  /** What goes wrong with one message must not end the agent; the gateway repeats what matters. */
  function hear(message: Heard): void {
    try {
      heard(message);
    } catch (error) {
      log.warn('a message of the gateway could not be dealt with', { kind: message.kind, ...errorFields(error) });
    }
  }

  function heard(message: Heard): void {
    switch (message.kind) {
      case 'request':
        return takeRequest(message);
      case 'cancel':
        return takeCancel(message);
      case 'resume':
        if (journal.get(message.requestId)) return answerAgain(message.requestId);
        return session?.send({ kind: 'unknown', requestId: message.requestId });
      case 'output_kept':
        return delivery.outputKept(message.requestId, message.seq);
      case 'result_kept':
        return settle(message.requestId);
      default:
        message satisfies never;
    }
  }

  function settle(requestId: string): void {
    if (journal.get(requestId)?.state !== 'finished') return;
    journal.append({ kind: 'kept', requestId, atMs: serverTime.nowMs() });
    delivery.forget(requestId);
    files.remove(requestId);
  }

  const link = createLink(
    {
      ...{ clock, log, identity, serverTime, heard: hear },
      opened(send, token) {
        session = { send, token };
        try {
          delivery.linkUp(send);
        } catch (error) {
          log.warn('the disk does not give back all results; the gateway will ask again', errorFields(error));
        }
        options.onConnected?.();
      },
      closed() {
        session = undefined;
        delivery.linkDown();
      },
    },
    options,
  );

  return {
    name: 'command side',
    start() {
      const [first] = journal.open();
      if (first) serverTime.assume(first.skewMs);
      runner.start();
      link.start();
      return Promise.resolve();
    },
    async stop() {
      await runner.stop();
      await link.stop();
      journal.close();
    },
    isConnected: () => session !== undefined,
    report(report) {
      if (!session) return Promise.reject(notConnected());
      session.send({ kind: 'report', report });
      return Promise.resolve();
    },
  };
}

const notConnected = (): AppError => new AppError('not_connected', 'There is no connection to the gateway.');

const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));
