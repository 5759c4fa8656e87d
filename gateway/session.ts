// One connection of an agent from its first byte to its last: challenge, proof,
// then messages both ways. What messages mean is decided elsewhere.

import type { WebSocket } from 'ws';
import { errorFields } from '#kernel/errors.ts';
import { randomToken } from '#kernel/ids.ts';
import { transaction } from '#store/postgres.ts';
import { CHANNEL_VERSION, DEAD_LINK_MS, decodeToGateway, encodeMessage, HEARTBEAT_MS } from '#wire/agent-channel.ts';
import type { ToAgent, ToGateway } from '#wire/agent-channel.ts';
import { admit, type Admission, type AdmissionDeps, type Rejection } from './admission.ts';
import type { Allowance } from './allowance.ts';
import { findAgent, markConnected, markDisconnected } from './agent-store.ts';
import { tellGateways } from './control-channel.ts';
import type { AgentSession, Hub } from './hub.ts';
import type { Receipts } from './receipts.ts';
import type { ServerIdentity } from './server-identity.ts';

export interface SessionDeps extends AdmissionDeps {
  identity: ServerIdentity;
  hub: Hub;
  receipts: Receipts;
  /** Name of this gateway process. */
  gateway: string;
  /** Connections that wait for approval, told when it is decided. */
  waiting: Map<string, (decision: 'approved' | 'revoked') => void>;
  /** By agent: which of its refusals are recorded. */
  mayRefuse: Allowance;
  /** The session may be sent requests from now on. */
  opened(session: AgentSession): void;
}

type Admitted = Extract<Admission, { ok: true }>;

const GREETING_TIMEOUT_MS = 10_000;

export function runSession(deps: SessionDeps, socket: WebSocket, source: string): void {
  const { clock, identity, hub, receipts, gateway } = deps;
  const nonce = randomToken();
  const log = deps.log.child({ source });
  let heardMs = clock.monotonicMs();
  let session: AgentSession | undefined;
  let reason = 'connection closed';

  const send = (message: ToAgent) => {
    if (socket.readyState === socket.OPEN) socket.send(encodeMessage(message));
  };
  const close = (why: string, code?: Rejection) => {
    reason = why;
    if (code) send({ kind: 'rejected', code });
    socket.close(1000);
    // The other side may be gone without a word; the closing handshake must not hold the row.
    clock.after(1000, () => socket.terminate());
  };
  const greeting = clock.after(GREETING_TIMEOUT_MS, () => close('no greeting', 'malformed'));

  async function greet(frame: string): Promise<void> {
    greeting.cancel();
    const decoded = decodeToGateway(frame);
    if (!decoded.ok) return close(`malformed greeting: ${decoded.reason}`, 'malformed');
    const admission = await admit(deps, decoded.value, { nonce, fingerprint: identity.fingerprint, source });
    if (!admission.ok) return close(`rejected: ${admission.code}`, admission.code);
    const { agent, enrolled } = admission;
    const { signingKeyId: keyId, signingPublicKey: publicKey } = identity;
    if (enrolled) send({ kind: 'enrolled', agentId: agent.id, signingKeys: [{ keyId, publicKey }] });
    if (agent.status === 'approved') return open(admission);
    await waitForApproval(admission);
  }

  async function waitForApproval(admission: Admitted): Promise<void> {
    const agentId = admission.agent.id;
    send({ kind: 'pending', agentId });
    const pulse = clock.every(HEARTBEAT_MS, () => {
      if (clock.monotonicMs() - heardMs > DEAD_LINK_MS) socket.terminate();
      else socket.ping();
    });
    const decided = (decision: 'approved' | 'revoked') => {
      stopWaiting();
      if (decision === 'approved') void open(admission);
      else close('revoked', 'revoked');
    };
    const stopWaiting = () => {
      pulse.cancel();
      if (deps.waiting.get(agentId) === decided) deps.waiting.delete(agentId);
    };
    deps.waiting.set(agentId, decided);
    socket.once('close', stopWaiting);
    // The decision may have fallen between reading the row and waiting for the news of it.
    const status = await findAgent(deps.db, agentId).then(
      (row) => row?.status,
      () => undefined,
    );
    if (status === 'approved' || status === 'revoked') deps.waiting.get(agentId)?.(status);
  }

  async function open(admission: Admitted): Promise<void> {
    const { agent, name, version, ip } = admission;
    const agentId = agent.id;
    const connectedAtMs = clock.nowMs();
    try {
      const stillApproved = await transaction(deps.db, async (trx) => {
        const claimed = await markConnected(trx, { agentId, gateway, atMs: connectedAtMs, version, name, ip });
        if (claimed) await tellGateways(trx, { what: 'connected', agentId, gateway });
        return claimed;
      });
      // The revocation fell between admission and here.
      if (!stillApproved) return close('revoked', 'revoked');
    } catch (error) {
      log.warn('an agent could not be marked as connected', { agent: agentId, ...errorFields(error) });
      return close('the database did not answer', 'busy');
    }
    const token = randomToken();
    const ping = () => socket.ping();
    session = { agentId, connectedAtMs, token, send, close, ping, heardMs: () => heardMs };
    hub.add(session);
    if (socket.readyState !== socket.OPEN) return leave(session);
    send({ kind: 'welcome', agentId, sessionToken: token, serverTimeMs: clock.nowMs() });
    log.info('agent connected', { agent: agentId, host: name });
    deps.opened(session);
  }

  async function leave(ended: AgentSession): Promise<void> {
    const { agentId, connectedAtMs } = ended;
    // Replaced, or the gateway stops: whoever did that has written the row.
    if (!hub.remove(ended)) return;
    log.info('agent disconnected', { agent: agentId, reason });
    try {
      await transaction(deps.db, (trx) =>
        markDisconnected(trx, { agentId, gateway, connectedAtMs, reason, atMs: clock.nowMs() }),
      );
    } catch (error) {
      // The row goes stale by itself: nobody renews its last contact.
      log.warn('an agent could not be marked as disconnected', { agent: agentId, ...errorFields(error) });
    }
  }

  function take(frame: string, from: AgentSession): void {
    const decoded = decodeToGateway(frame);
    if (!decoded.ok) return close(`malformed message: ${decoded.reason}`, 'malformed');
    const message = decoded.value;
    if (message.kind === 'enrol' || message.kind === 'hello') return close('greeted twice', 'malformed');
    if (message.kind === 'refused' && !deps.mayRefuse(from.agentId)) return;
    receipts.push({ agentId: from.agentId, message, sizeBytes: frame.length, kept: () => acknowledge(message) });
    if (!receipts.isFull() || socket.isPaused) return;
    socket.pause();
    void receipts.whenRoomy().then(() => socket.resume());
  }

  function acknowledge(message: ToGateway): void {
    if (message.kind === 'output') send({ kind: 'output_kept', requestId: message.requestId, seq: message.seq });
    if (message.kind === 'result') send({ kind: 'result_kept', requestId: message.requestId });
  }

  let greeted = false;
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    heardMs = clock.monotonicMs();
    const frame = isBinary ? '' : data.toString('utf8');
    if (session) take(frame, session);
    else if (greeted) close('spoke before it was welcome', 'malformed');
    else {
      greeted = true;
      void greet(frame);
    }
  });
  socket.on('pong', () => (heardMs = clock.monotonicMs()));
  socket.on('error', (error) => (reason = error.message));
  socket.on('close', () => {
    greeting.cancel();
    if (session) void leave(session);
  });
  send({ kind: 'challenge', v: CHANNEL_VERSION, nonce, serverTimeMs: clock.nowMs() });
}
