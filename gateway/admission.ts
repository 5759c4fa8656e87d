// Decides about the first message of a connection: who is it, and may they in?

import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Db } from '#store/postgres.ts';
import type { ToAgent, ToGateway } from '#wire/agent-channel.ts';
import { isSignedAs, readPublicKey } from '#wire/channel-signature.ts';
import { enrolAgent, type HostDirectory } from './agent-approval.ts';
import { findAgent, type AgentRow } from './agent-store.ts';
import type { Allowance } from './allowance.ts';

export type Rejection = Extract<ToAgent, { kind: 'rejected' }>['code'];

export type Admission =
  | { ok: true; agent: AgentRow; enrolled: boolean; name: string; version: string; ip: string | null }
  | { ok: false; code: Rejection };

interface Challenge {
  nonce: string;
  /** SHA-256 of the certificate that this listener shows: a proof made for another door does not fit. */
  fingerprint: string;
  /** Remote address. */
  source: string;
}

export interface AdmissionDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  hosts: HostDirectory;
  /** By address: which refused enrolments are audited. */
  mayAudit: Allowance;
}

export async function admit(deps: AdmissionDeps, message: ToGateway, challenge: Challenge): Promise<Admission> {
  try {
    switch (message.kind) {
      case 'enrol':
        return await admitNew(deps, message, challenge);
      case 'hello':
        return await admitKnown(deps, message, challenge);
      default:
        return { ok: false, code: 'malformed' };
    }
  } catch (error) {
    // The agent comes again after a pause; the database may be back by then.
    deps.log.warn('an agent could not be admitted', { source: challenge.source, ...errorFields(error) });
    return { ok: false, code: 'busy' };
  }
}

async function admitNew(
  deps: AdmissionDeps,
  message: Extract<ToGateway, { kind: 'enrol' }>,
  challenge: Challenge,
): Promise<Admission> {
  const { publicKey, signature, name, version, ip, secret } = message;
  if (!isProven(challenge, { subject: publicKey, publicKey, signature })) return { ok: false, code: 'bad_proof' };
  const { source } = challenge;
  const agent = await enrolAgent(deps, { secret, publicKey, name, version, ip: ip ?? source, source });
  if (!agent) return { ok: false, code: 'bad_token' };
  if (agent.status === 'revoked') return { ok: false, code: 'revoked' };
  return { ok: true, agent, enrolled: true, name, version, ip: ip ?? source };
}

async function admitKnown(
  deps: AdmissionDeps,
  message: Extract<ToGateway, { kind: 'hello' }>,
  challenge: Challenge,
): Promise<Admission> {
  const { agentId, signature, name, version, ip } = message;
  const agent = await findAgent(deps.db, agentId);
  if (!agent) return { ok: false, code: 'unknown_agent' };
  // Proof first: only the holder of the key is told that it was revoked.
  if (!isProven(challenge, { subject: agentId, publicKey: agent.public_key, signature })) {
    deps.log.warn('a connection claimed an agent without its key', { agent: agentId, source: challenge.source });
    return { ok: false, code: 'bad_proof' };
  }
  if (agent.status === 'revoked') return { ok: false, code: 'revoked' };
  return { ok: true, agent, enrolled: false, name, version, ip: ip ?? challenge.source };
}

function isProven(challenge: Challenge, proof: { subject: string; publicKey: string; signature: string }): boolean {
  const publicKey = readPublicKey(proof.publicKey);
  const { nonce, fingerprint } = challenge;
  if (!publicKey) return false;
  return isSignedAs('proof', { nonce, fingerprint, subject: proof.subject }, { signature: proof.signature, publicKey });
}
