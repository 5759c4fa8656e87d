// Decides whether a message that asks for something is the server's, meant for
// this agent, and still wanted. Pure: what is done about it is decided elsewhere.

import type { CancelNotice, Refusal, RequestEnvelope, SigningKey } from '#wire/agent-channel.ts';
import { bodyHash, isSignedAs, readPublicKey } from '#wire/channel-signature.ts';

export interface Trust {
  agentId: string;
  signingKeys: readonly SigningKey[];
  /** The server's time now, as the handshake told it. */
  serverNowMs: number;
}

type Verdict = { ok: true } | { ok: false; refusal: Refusal; reason: string };

// The handshake sets our idea of the server's clock to within a round trip, so a
// request from further ahead than this was not made now.
const FUTURE_MS = 30_000;

export function verifyRequest(
  request: { envelope: RequestEnvelope; body: unknown; signature: string },
  trust: Trust,
): Verdict {
  const { envelope, body, signature } = request;
  const key = keyFor(envelope.keyId, trust);
  if (!key) return refuse('unknown_key', `it is signed with key ${envelope.keyId}, which this agent does not trust`);
  if (!isSignedAs('request', envelope, { signature, publicKey: key }))
    return refuse('bad_signature', 'its signature does not fit');
  if (bodyHash(body) !== envelope.bodyHash) return refuse('bad_signature', 'its body is not the one that was signed');
  return verifyAddress(envelope, trust);
}

export function verifyCancel(cancel: { notice: CancelNotice; signature: string }, trust: Trust): Verdict {
  const { notice, signature } = cancel;
  const key = keyFor(notice.keyId, trust);
  if (!key)
    return refuse('unknown_key', `the cancel is signed with key ${notice.keyId}, which this agent does not trust`);
  if (!isSignedAs('cancel', notice, { signature, publicKey: key }))
    return refuse('bad_signature', 'the signature of the cancel does not fit');
  return verifyAddress(notice, trust);
}

function verifyAddress(
  signed: { agentId: string; createdAtMs: number; expiresAtMs: number },
  { agentId, serverNowMs }: Trust,
): Verdict {
  if (signed.agentId !== agentId) return refuse('wrong_agent', `it is meant for agent ${signed.agentId}`);
  if (signed.expiresAtMs <= serverNowMs)
    return refuse('expired', `it expired ${Math.ceil((serverNowMs - signed.expiresAtMs) / 1000)} s ago`);
  if (signed.createdAtMs > serverNowMs + FUTURE_MS) return refuse('malformed', 'it was made in the future');
  return { ok: true };
}

function keyFor(keyId: string, trust: Trust) {
  const known = trust.signingKeys.find((key) => key.keyId === keyId);
  return known && readPublicKey(known.publicKey);
}

const refuse = (refusal: Refusal, why: string): Verdict => ({ ok: false, refusal, reason: `Refused: ${why}.` });
