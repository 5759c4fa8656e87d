// What is signed on the agent channel, and by whom: requests and cancels by the
// server, the proof of identity by the agent. Ed25519 (RFC 8032) over canonical
// JSON behind a label, so that a signature made for one purpose fits no other.

import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { CancelNotice, RequestEnvelope } from './agent-channel.ts';
import { canonicalJson } from './canonical-json.ts';

/** What an agent proves when it connects: it holds the key, and it speaks to this very gateway now. */
interface IdentityProof {
  nonce: string;
  /** SHA-256 of the gateway's certificate, hex. */
  fingerprint: string;
  /** The agent's id, or its public key while it has none. */
  subject: string;
}

const LABELS = { request: 'plexus request v1', cancel: 'plexus cancel v1', proof: 'plexus proof v1' } as const;
type Signed = { request: RequestEnvelope; cancel: CancelNotice; proof: IdentityProof };

const bytesOf = <Purpose extends keyof Signed>(purpose: Purpose, value: Signed[Purpose]): Buffer =>
  Buffer.from(`${LABELS[purpose]}\n${canonicalJson(value)}`);

/** Signature in base64. */
export const signAs = <Purpose extends keyof Signed>(
  purpose: Purpose,
  value: Signed[Purpose],
  privateKey: KeyObject,
): string => sign(null, bytesOf(purpose, value), privateKey).toString('base64');

/** False for any signature that is not exactly this value's; never throws. */
export function isSignedAs<Purpose extends keyof Signed>(
  purpose: Purpose,
  value: Signed[Purpose],
  proof: { signature: string; publicKey: KeyObject },
): boolean {
  const signature = Buffer.from(proof.signature, 'base64');
  return signature.length === 64 && verify(null, bytesOf(purpose, value), proof.publicKey, signature);
}

export const bodyHash = (body: unknown): string => createHash('sha256').update(canonicalJson(body)).digest('hex');

/** DER in base64 of a public key, or of the public half of a private one. */
export const publicKeyText = (key: KeyObject): string =>
  (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' }).toString('base64');

/** The Ed25519 public key in `base64` of its DER, or undefined when it is not one. */
export function readPublicKey(base64: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** A private key in PKCS 8 PEM; throws when it is none, since only our own stores hold them. */
export const readPrivateKey = (pem: string): KeyObject => createPrivateKey(pem);
export const privateKeyText = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
