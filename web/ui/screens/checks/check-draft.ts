// A check as its form holds it: every field present, texts as typed. Pure.

import type { Check, CheckCreate } from '#web/contract/checks.ts';

export interface CheckDraft {
  name: string;
  hostId: string;
  kind: Check['kind'];
  intervalSec: number;
  retryIntervalSec: number;
  maxAttempts: number;
  timeoutSec: number;
  enabled: boolean;
  command: string;
  failureState: 'unknown' | 'critical';
  address: string;
  port: number;
  expect: string;
  url: string;
  method: 'GET' | 'HEAD';
  expectStatus: string;
  bodyContains: string;
  bodyMatches: string;
  verifyTls: boolean;
  metric: string;
  plus: string;
  percentOf: string;
  unit: string;
  warn: string;
  crit: string;
  maxAgeSec: number;
}

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const number = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);
const lines = (value: unknown, separator: string): string =>
  Array.isArray(value) ? value.map(String).join(separator) : '';

/** The draft of a check, or of a new one on a host. */
export function draftOf(check: Check | null, hostId: string): CheckDraft {
  const spec = check?.spec ?? {};
  return {
    name: check?.name ?? '',
    hostId: check?.hostId ?? hostId,
    kind: check?.kind ?? 'http',
    intervalSec: check?.intervalSec ?? 60,
    retryIntervalSec: check?.retryIntervalSec ?? 15,
    maxAttempts: check?.maxAttempts ?? 3,
    timeoutSec: check?.timeoutSec ?? 10,
    enabled: check?.enabled ?? true,
    command: lines(spec['command'], '\n'),
    failureState: spec['failureState'] === 'critical' ? 'critical' : 'unknown',
    address: text(spec['address']),
    port: number(spec['port'], 22),
    expect: text(spec['expect']),
    url: text(spec['url']) || 'http://$HOSTADDRESS$/',
    method: spec['method'] === 'HEAD' ? 'HEAD' : 'GET',
    expectStatus: lines(spec['expectStatus'], ', ') || '200',
    bodyContains: text(spec['bodyContains']),
    bodyMatches: text(spec['bodyMatches']),
    verifyTls: spec['verifyTls'] !== false,
    metric: text(spec['metric']),
    plus: lines(spec['plus'], ', '),
    percentOf: text(spec['percentOf']),
    unit: text(spec['unit']),
    warn: text(spec['warn']),
    crit: text(spec['crit']),
    maxAgeSec: number(spec['maxAgeSec'], 180),
  };
}

const words = (typed: string): string[] => typed.split(/[\s,]+/).filter(Boolean);

/** Leaves out what is empty, so that the server's defaults apply. */
const filled = (spec: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(spec).filter(([, value]) => value !== '' && !(Array.isArray(value) && value.length === 0)),
  );

/** `headers` of an HTTP check have no field here and are kept as they were. */
export function specOf(draft: CheckDraft, before: Check | null): CheckCreate['spec'] {
  switch (draft.kind) {
    case 'plugin':
      return {
        command: draft.command
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean),
        failureState: draft.failureState,
      };
    case 'tcp':
      return filled({ address: draft.address.trim(), port: draft.port, expect: draft.expect });
    case 'http':
      return filled({
        url: draft.url.trim(),
        method: draft.method,
        headers: before?.kind === 'http' ? (before.spec['headers'] ?? '') : '',
        expectStatus: words(draft.expectStatus).map(Number),
        bodyContains: draft.bodyContains,
        bodyMatches: draft.bodyMatches,
        verifyTls: draft.verifyTls,
      });
    case 'metric':
      return filled({
        metric: draft.metric.trim(),
        plus: words(draft.plus),
        percentOf: draft.percentOf.trim(),
        unit: draft.unit.trim(),
        warn: draft.warn.trim(),
        crit: draft.crit.trim(),
        maxAgeSec: draft.maxAgeSec,
      });
    default:
      return draft.kind satisfies never;
  }
}
