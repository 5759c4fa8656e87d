// Talks to an SMTP server as far as it is asked to, without sending mail. No talk is
// CRITICAL, a wrong word in it WARNING unless set otherwise, as with the plugin of the same name.

import Type, { type Static } from 'typebox';
import { formatPerfdata } from '#wire/perfdata.ts';
import { defineCheckKind, verdict } from './check-kind.ts';
import { AddressSetting, hostAndPort, IpVersionSetting, peerOf } from './net-address.ts';
import { CertificateSettings, judgeCertificate } from './net-certificate.ts';
import { conversationVerdict, openConversation, type Conversation } from './net-conversation.ts';
import {
  compileLimits,
  conclude,
  LatencySettings,
  limitFindings,
  rangeProblems,
  timeMetric,
  type Finding,
} from './net-limits.ts';
import { talkSmtp } from './smtp-talk.ts';

// No blank, no bracket, no line end: nothing in it can become a command of its own.
const mailAddress = (description: string) =>
  Type.Optional(Type.String({ maxLength: 254, pattern: '^[^\\s<>\\u0000-\\u001f]*$', description }));

const SmtpSpec = Type.Object(
  {
    address: AddressSetting,
    port: Type.Integer({ minimum: 1, maximum: 65_535, default: 25 }),
    ipVersion: IpVersionSetting,
    bannerCode: Type.Integer({ minimum: 200, maximum: 599, default: 220, description: 'Code of the greeting.' }),
    bannerContains: Type.Optional(
      Type.String({ minLength: 1, maxLength: 500, description: 'Text that the greeting must contain.' }),
    ),
    ehloName: Type.String({
      default: 'localhost',
      maxLength: 255,
      pattern: '^[^\\s\\u0000-\\u001f]+$',
      description: 'Name to introduce ourselves with.',
    }),
    tls: Type.Union([Type.Literal('none'), Type.Literal('starttls'), Type.Literal('implicit')], {
      default: 'none',
      description: 'starttls asks for TLS in the talk, implicit speaks it from the first byte (port 465).',
    }),
    serverName: Type.Optional(
      Type.String({ minLength: 1, maxLength: 255, description: 'Name to ask for in TLS; the address when absent.' }),
    ),
    ...CertificateSettings,
    mailFrom: mailAddress('Sender to try; no mail is sent.'),
    rcptTo: mailAddress('Recipient to try; no mail is sent.'),
    rcptCodes: Type.Array(Type.Integer({ minimum: 200, maximum: 599 }), {
      default: [250, 251],
      minItems: 1,
      maxItems: 20,
      description: 'Answers to the recipient that are fine, such as 550 where relaying has to be refused.',
    }),
    mismatchState: Type.Union([Type.Literal('warning'), Type.Literal('critical')], {
      default: 'warning',
      description: 'State of a wrong word from the server.',
    }),
    ...LatencySettings,
  },
  { additionalProperties: false },
);
type SmtpSpec = Static<typeof SmtpSpec>;

export const smtpKind = defineCheckKind({
  kind: 'smtp',
  title: 'SMTP server',
  specSchema: SmtpSpec,
  specProblems: (spec) => [
    ...(spec.rcptTo !== undefined && spec.mailFrom === undefined
      ? [{ path: '/rcptTo', message: 'needs mailFrom (which may be empty)' }]
      : []),
    ...rangeProblems({ '/latencyWarn': spec.latencyWarn, '/latencyCrit': spec.latencyCrit }),
  ],
  compile(spec) {
    const limits = compileLimits(spec.latencyWarn, spec.latencyCrit);
    return async ({ clock, target }, signal) => {
      const peer = peerOf(spec, target);
      if (peer.problem !== undefined) return verdict('unknown', `SMTP UNKNOWN - ${peer.problem}`);
      const where = hostAndPort(peer.host, spec.port);
      const startTick = clock.monotonicMs();
      let waitingFor = 'connection';
      let talk: Conversation | undefined;
      try {
        talk = await openConversation(peer, spec.port, signal);
        const heard = await talkSmtp(talk, spec, (next) => {
          waitingFor = next;
        });
        const sec = (clock.monotonicMs() - startTick) / 1000;
        const certificate = heard.certificate && judgeCertificate(heard.certificate, spec, clock.nowMs());
        const findings: Finding[] = [
          ...(heard.wrong === undefined ? [] : [{ state: spec.mismatchState, text: `server ${heard.wrong}` }]),
          ...limitFindings('took', sec, ' s', limits),
          ...(certificate?.findings ?? []),
        ];
        const perfdata = formatPerfdata([
          timeMetric(sec, limits, target.timeoutMs),
          ...(certificate ? [certificate.metric] : []),
        ]);
        const ok = `${where} said ${JSON.stringify(heard.banner.slice(0, 80))} in ${sec.toFixed(3)} seconds`;
        return conclude('SMTP', findings, { ok, where: `on ${where}` }, perfdata);
      } catch (error) {
        return conversationVerdict(error, {
          label: 'SMTP',
          where,
          waitingFor,
          timeoutMs: target.timeoutMs,
          closedState: spec.mismatchState,
        });
      } finally {
        talk?.close();
      }
    };
  },
  describe: (spec, target) => describeTalk(spec, hostAndPort(peerOf(spec, target).host, spec.port)),
});

const describeTalk = (spec: SmtpSpec, where: string): string =>
  [
    `talk SMTP with ${where}`,
    ...(spec.tls === 'none' ? [] : [spec.tls === 'starttls' ? 'STARTTLS' : 'TLS from the first byte']),
    ...(spec.mailFrom === undefined ? [] : [`MAIL FROM:<${spec.mailFrom}>`]),
    ...(spec.rcptTo === undefined ? [] : [`RCPT TO:<${spec.rcptTo}>`]),
  ].join(', ');
