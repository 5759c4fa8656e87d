// The certificate that we build byte by byte, judged by OpenSSL as Node carries it.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import tls from 'node:tls';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { makeSelfSigned } from '#gateway/self-signed.ts';

const made = makeSelfSigned({
  commonName: 'plexus gateway',
  hosts: ['localhost', '127.0.0.1'],
  nowMs: Date.UTC(2049, 6, 1),
});
const certificate = new X509Certificate(made.certificatePem);

test('it names itself, its hosts and its dates, across the change of date formats in 2050', () => {
  expect(certificate.subject).toBe('CN=plexus gateway');
  expect(certificate.issuer).toBe('CN=plexus gateway');
  expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
  expect(certificate.validFromDate.toISOString()).toBe('2049-06-30T00:00:00.000Z');
  expect(certificate.validToDate.getUTCFullYear()).toBe(2069);
});

test('it is signed by its own key', () => {
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(made.privateKeyPem))).toBe(true);
});

test('TLS 1.3 works with it', async () => {
  const server = tls.createServer({ cert: made.certificatePem, key: made.privateKeyPem, minVersion: 'TLSv1.3' });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = tls.connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
  });
  await once(client, 'secureConnect');
  expect(client.getProtocol()).toBe('TLSv1.3');
  expect(client.getPeerX509Certificate()?.fingerprint256).toBe(certificate.fingerprint256);
  client.destroy();
  server.close();
});
