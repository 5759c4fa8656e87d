// Opens a TCP connection, optionally with TLS, sends and waits for an answer. Refused, silent
// or late is CRITICAL, as with the plugin of the same name; so is a wrong answer unless set otherwise.

import Type, { type Static } from 'typebox';
import type { ServiceState } from '#kernel/domain/check-state.ts';
import { formatPerfdata } from '#wire/perfdata.ts';
import { defineCheckKind, verdict, type CheckResult } from './check-kind.ts';
import { AddressSetting, hostAndPort, IpVersionSetting, peerOf, PortSetting } from './net-address.ts';
import { CertificateSettings, judgeCertificate } from './net-certificate.ts';
import { failureText, isErrnoException, withinSeconds } from './net-failure.ts';
import { compileLimits, conclude, LatencySettings, limitFindings, rangeProblems, timeMetric } from './net-limits.ts';
import type { Finding, Limits } from './net-limits.ts';
import { exchange, type ExchangeEnd, type ExchangePlan } from './tcp-exchange.ts';

const hexText = (description: string) =>
  Type.Optional(Type.String({ maxLength: 2000, pattern: '^([0-9a-fA-F]{2} ?)+$', description }));
const plainText = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 1000, description }));

const TcpSpec = Type.Object(
  {
    address: AddressSetting,
    port: PortSetting,
    ipVersion: IpVersionSetting,
    send: plainText('Text to send once connected.'),
    sendHex: hexText('Bytes to send once connected, in hexadecimal.'),
    expect: plainText('Text that the first 4 KB of the answer must contain.'),
    expectHex: hexText('Bytes that the first 4 KB of the answer must contain, in hexadecimal.'),
    quit: plainText('Text to send before the connection is closed.'),
    mismatchState: Type.Union([Type.Literal('ok'), Type.Literal('warning'), Type.Literal('critical')], {
      default: 'critical',
      description: 'State of an answer without what is expected.',
    }),
    refusedState: Type.Union([Type.Literal('ok'), Type.Literal('warning'), Type.Literal('critical')], {
      default: 'critical',
      description: 'State of a refused connection; OK where the port has to be closed.',
    }),
    ...LatencySettings,
    tls: Type.Boolean({ default: false, description: 'Speak TLS from the first byte.' }),
    serverName: Type.Optional(
      Type.String({ minLength: 1, maxLength: 255, description: 'Name to ask for in TLS; the address when absent.' }),
    ),
    ...CertificateSettings,
  },
  { additionalProperties: false },
);
type TcpSpec = Static<typeof TcpSpec>;

export const tcpKind = defineCheckKind({
  kind: 'tcp',
  title: 'TCP port',
  specSchema: TcpSpec,
  specProblems: (spec) => [
    ...(spec.send !== undefined && spec.sendHex !== undefined
      ? [{ path: '/sendHex', message: 'cannot stand beside send' }]
      : []),
    ...(spec.expect !== undefined && spec.expectHex !== undefined
      ? [{ path: '/expectHex', message: 'cannot stand beside expect' }]
      : []),
    ...rangeProblems({ '/latencyWarn': spec.latencyWarn, '/latencyCrit': spec.latencyCrit }),
  ],
  compile(spec) {
    const plan = planOf(spec);
    const limits = compileLimits(spec.latencyWarn, spec.latencyCrit);
    return async ({ clock, target }, signal) => {
      const peer = peerOf(spec, target);
      if (peer.problem !== undefined) return verdict('critical', `TCP CRITICAL - ${peer.problem}`);
      const startTick = clock.monotonicMs();
      const end = await exchange(peer, plan, signal);
      const sec = (clock.monotonicMs() - startTick) / 1000;
      return judge(spec, limits, end, {
        where: hostAndPort(peer.host, spec.port),
        sec,
        timeoutMs: target.timeoutMs,
        nowMs: clock.nowMs(),
      });
    };
  },
  describe: (spec, target) =>
    [
      `connect to ${hostAndPort(peerOf(spec, target).host, spec.port)}${spec.tls ? ' with TLS' : ''}`,
      ...(sentBy(spec) === undefined ? [] : [`send ${sentBy(spec)}`]),
      ...(expectedBy(spec) === undefined ? [] : [`expect ${expectedBy(spec)}`]),
    ].join(', '),
});

function planOf(spec: TcpSpec): ExchangePlan {
  const send = bytesOf(spec.send, spec.sendHex);
  const expect = bytesOf(spec.expect, spec.expectHex);
  const { serverName } = spec;
  return {
    port: spec.port,
    ...(send && { send }),
    ...(expect && { expect }),
    ...(spec.quit !== undefined && { quit: Buffer.from(spec.quit) }),
    ...(spec.tls && { tls: { verify: spec.verifyTls, ...(serverName !== undefined && { serverName }) } }),
  };
}

function bytesOf(text: string | undefined, hex: string | undefined): Buffer | undefined {
  if (hex !== undefined) return Buffer.from(hex.replaceAll(' ', ''), 'hex');
  return text === undefined ? undefined : Buffer.from(text);
}

interface Measured {
  where: string;
  sec: number;
  timeoutMs: number;
  nowMs: number;
}

function judge(spec: TcpSpec, limits: Limits, end: ExchangeEnd, run: Measured): CheckResult {
  const fail = (state: ServiceState, text: string) => verdict(state, `TCP ${state.toUpperCase()} - ${text}`);
  if (end.how === 'aborted') {
    const missing = end.wasOpen
      ? `${run.where} did not send ${expectedBy(spec)}`
      : `no ${spec.tls ? 'TLS ' : ''}connection to ${run.where}`;
    return fail('critical', `${missing} ${withinSeconds(run.timeoutMs)}`);
  }
  if (end.how === 'failed') {
    const isRefused = isErrnoException(end.error) && end.error.code === 'ECONNREFUSED';
    return fail(isRefused ? spec.refusedState : 'critical', `${run.where}: ${failureText(end.error)}`);
  }
  const certificate = end.certificate && judgeCertificate(end.certificate, spec, run.nowMs);
  const findings: Finding[] = [
    ...(end.how === 'unexpected' ? [{ state: spec.mismatchState, text: unexpectedText(end.received, run.where) }] : []),
    ...limitFindings('took', run.sec, ' s', limits),
    ...(certificate?.findings ?? []),
  ];
  const perfdata = formatPerfdata([
    timeMetric(run.sec, limits, run.timeoutMs),
    ...(certificate ? [certificate.metric] : []),
  ]);
  const expected = expectedBy(spec);
  const ok = expected === undefined ? `connected to ${run.where}` : `${run.where} sent ${expected}`;
  return conclude('TCP', findings, { ok, where: end.how === 'unexpected' ? '' : `on ${run.where}` }, perfdata);
}

const unexpectedText = (received: Buffer, where: string): string =>
  received.length === 0
    ? `no answer from ${where}, which closed the connection`
    : `unexpected answer from ${where}: ${JSON.stringify(received.toString('latin1').slice(0, 80))}`;

const expectedBy = (spec: TcpSpec): string | undefined =>
  spec.expect === undefined ? spec.expectHex : JSON.stringify(spec.expect);
const sentBy = (spec: TcpSpec): string | undefined =>
  spec.send === undefined ? spec.sendHex : JSON.stringify(spec.send);
