// How long the certificate of a TLS peer is still good, against limits in days.

import type { TLSSocket } from 'node:tls';
import Type from 'typebox';
import type { PerfdataMetric } from '#wire/perfdata.ts';
import type { Finding } from './net-limits.ts';

const DAY_MS = 86_400_000;
const days = (description: string) => Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000, description }));

export const CertificateSettings = {
  verifyTls: Type.Boolean({ default: true, description: 'Refuse certificates that cannot be verified.' }),
  certDaysWarn: days('WARNING when the certificate ends in fewer days.'),
  certDaysCrit: days('CRITICAL when the certificate ends in fewer days.'),
};

export interface CertificateLimits {
  certDaysWarn?: number;
  certDaysCrit?: number;
}

export interface PeerCertificate {
  subject: string;
  endsAtMs: number;
}

/** Undefined when the peer showed none. */
export function certificateOf(socket: TLSSocket): PeerCertificate | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return undefined;
  // "CN=…" on a line of its own; other parts (organisation, country) tell nobody which one it is.
  const subject = /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? 'without a name';
  return { subject, endsAtMs: Date.parse(certificate.validTo) };
}

export function judgeCertificate(
  { subject, endsAtMs }: PeerCertificate,
  { certDaysWarn, certDaysCrit }: CertificateLimits,
  nowMs: number,
): { findings: Finding[]; metric: PerfdataMetric } {
  const days = (endsAtMs - nowMs) / DAY_MS;
  const metric: PerfdataMetric = {
    label: 'cert_days',
    value: Math.floor(days),
    uom: '',
    warn: certDaysWarn === undefined ? null : `${certDaysWarn}:`,
    crit: certDaysCrit === undefined ? null : `${certDaysCrit}:`,
    min: null,
    max: null,
  };
  if (days < 0)
    return {
      findings: [{ state: 'critical', text: `certificate ${subject} expired ${Math.ceil(-days)} days ago` }],
      metric,
    };
  const ends = `certificate ${subject} expires in ${Math.floor(days)} days`;
  if (certDaysCrit !== undefined && days < certDaysCrit)
    return { findings: [{ state: 'critical', text: `${ends} (limit ${certDaysCrit})` }], metric };
  if (certDaysWarn !== undefined && days < certDaysWarn)
    return { findings: [{ state: 'warning', text: `${ends} (limit ${certDaysWarn})` }], metric };
  return { findings: [], metric };
}
