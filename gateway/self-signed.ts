// Makes the gateway's own certificate: ECDSA P-256, signed by itself (RFC 5280).
// Agents pin its SHA-256, so neither names nor dates decide whom they trust.

import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import net from 'node:net';
import { der } from './der.ts';

interface SelfSigned {
  certificatePem: string;
  privateKeyPem: string;
}

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';
const SUBJECT_ALT_NAME = '2.5.29.17';
const BASIC_CONSTRAINTS = '2.5.29.19';
const VALID_YEARS = 20;

/** `hosts` are DNS names and addresses for those clients that look at them. */
export function makeSelfSigned(options: { commonName: string; hosts: readonly string[]; nowMs: number }): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const algorithm = der.sequence(der.oid(ECDSA_WITH_SHA256));
  const name = der.sequence(der.set(der.sequence(der.oid(COMMON_NAME), der.utf8(options.commonName))));
  const toBeSigned = der.sequence(
    der.explicit(0, der.integer(Buffer.from([2]))),
    // Unique because the key is; positive and at most 20 bytes (RFC 5280 §4.1.2.2).
    der.integer(createHash('sha256').update(spki).digest().subarray(0, 16)),
    algorithm,
    name,
    // A day back, for hosts whose clock is behind.
    der.sequence(der.time(options.nowMs - 86_400_000), der.time(options.nowMs + VALID_YEARS * 365 * 86_400_000)),
    name,
    spki,
    der.explicit(3, der.sequence(basicConstraints(), subjectAltName(options.hosts))),
  );
  const signature = sign('sha256', toBeSigned, { key: privateKey, dsaEncoding: 'der' });
  return {
    certificatePem: pem('CERTIFICATE', der.sequence(toBeSigned, algorithm, der.bitString(signature))),
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const basicConstraints = (): Buffer =>
  der.sequence(der.oid(BASIC_CONSTRAINTS), der.boolean(true), der.octetString(der.sequence()));

function subjectAltName(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) => {
    const bytes = addressBytes(host);
    return bytes ? der.implicit(7, bytes) : der.implicit(2, Buffer.from(host, 'ascii'));
  });
  return der.sequence(der.oid(SUBJECT_ALT_NAME), der.octetString(der.sequence(...names)));
}

/** IPv4 only: an IPv6 literal is left to the pin. */
const addressBytes = (host: string): Buffer | undefined =>
  net.isIPv4(host) ? Buffer.from(host.split('.').map(Number)) : undefined;

const pem = (label: string, bytes: Buffer): string =>
  `-----BEGIN ${label}-----\n${bytes.toString('base64').replaceAll(/(.{64})(?!$)/g, '$1\n')}\n-----END ${label}-----\n`;
