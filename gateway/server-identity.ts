// Who the server is to its agents: the certificate that they pin and the key that
// signs what they are asked. Both are made once and kept sealed in the database.

import { generateKeyPairSync, X509Certificate, type KeyObject } from 'node:crypto';
import { AppError } from '#kernel/errors.ts';
import { sha256Hex } from '#kernel/ids.ts';
import type { Sealer } from '#store/sealed.ts';
import { settingOnce } from '#store/settings.ts';
import type { Db } from '#store/postgres.ts';
import { privateKeyText, publicKeyText, readPrivateKey } from '#wire/channel-signature.ts';
import { decodeValue, object, text } from '#wire/json-shape.ts';
import { makeSelfSigned } from './self-signed.ts';

export interface ServerIdentity {
  certificatePem: string;
  tlsKeyPem: string;
  /** SHA-256 of the certificate, hex. */
  fingerprint: string;
  signingKey: KeyObject;
  signingKeyId: string;
  /** DER in base64, as agents keep it. */
  signingPublicKey: string;
}

const CERTIFICATE = 'gateway.certificate';
const SIGNING_KEY = 'gateway.signing_key';

const certificateShape = object({ certificatePem: text(10_000), sealedKey: text(10_000) });
const signingShape = object({ sealedKey: text(10_000) });

/** Reads both, making what is missing; safe from several processes at once. Throws `secret_unreadable`. */
export async function openServerIdentity(deps: { db: Db; sealer: Sealer }, nowMs: number): Promise<ServerIdentity> {
  const { db, sealer } = deps;
  const certificate = read(
    certificateShape,
    await settingOnce(db, CERTIFICATE, nowMs, () => {
      const made = makeSelfSigned({ commonName: 'plexus gateway', hosts: ['localhost', '127.0.0.1'], nowMs });
      return { certificatePem: made.certificatePem, sealedKey: sealer.seal(made.privateKeyPem, CERTIFICATE) };
    }),
  );
  const signing = read(
    signingShape,
    await settingOnce(db, SIGNING_KEY, nowMs, () => ({
      sealedKey: sealer.seal(privateKeyText(generateKeyPairSync('ed25519').privateKey), SIGNING_KEY),
    })),
  );
  const signingKey = readPrivateKey(sealer.open(signing.sealedKey, SIGNING_KEY));
  const signingPublicKey = publicKeyText(signingKey);
  return {
    certificatePem: certificate.certificatePem,
    tlsKeyPem: sealer.open(certificate.sealedKey, CERTIFICATE),
    fingerprint: sha256Hex(new X509Certificate(certificate.certificatePem).raw),
    signingKey,
    signingKeyId: sha256Hex(signingPublicKey).slice(0, 16),
    signingPublicKey,
  };
}

function read<Value>(shape: Parameters<typeof decodeValue<Value>>[0], stored: unknown): Value {
  const decoded = decodeValue(shape, stored);
  if (decoded.ok) return decoded.value;
  throw new AppError('setting_unreadable', `The stored identity of the gateway is damaged: ${decoded.reason}.`);
}
