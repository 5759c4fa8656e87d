// Asks a DNS server for a name and compares the answers. No answer, a refusal or another
// answer is CRITICAL, as with the plugin of the same name.

import { Resolver } from 'node:dns/promises';
import net from 'node:net';
import Type, { type Static } from 'typebox';
import { formatPerfdata } from '#wire/perfdata.ts';
import { defineCheckKind, verdict, type CheckResult, type CheckTarget } from './check-kind.ts';
import { answerLines, isExpectable, RECORD_TYPES, whatIsMissing } from './dns-answers.ts';
import { fillMacros } from './fill-macros.ts';
import { hostAndPort, lookUp } from './net-address.ts';
import { failureText, isErrnoException, withinSeconds } from './net-failure.ts';
import {
  compileLimits,
  conclude,
  LatencySettings,
  limitFindings,
  rangeProblems,
  timeMetric,
  type Finding,
} from './net-limits.ts';

const Server = Type.String({ minLength: 1, maxLength: 255, pattern: '^\\S+$' });

const DnsSpec = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: '^\\S+$',
      description: 'Name to ask for, or an address for PTR; $HOSTNAME$ and other macros are filled in.',
    }),
    type: Type.Enum(RECORD_TYPES, { default: 'A' }),
    server: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        pattern: '^\\S+$',
        description: 'Server to ask, such as $HOSTADDRESS$; those of this machine when absent.',
      }),
    ),
    port: Type.Integer({ minimum: 1, maximum: 65_535, default: 53 }),
    expect: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 1000 }), {
        minItems: 1,
        maxItems: 100,
        description: 'Answers that are expected, as dig +short writes them; addresses may be networks (192.0.2.0/24).',
      }),
    ),
    match: Type.Union([Type.Literal('any'), Type.Literal('all'), Type.Literal('exact')], {
      default: 'any',
      description: 'any: one of the expected answers is enough. all: each must come. exact: each, and nothing else.',
    }),
    expectNoName: Type.Boolean({
      default: false,
      description: 'OK when there is no such name, CRITICAL when there is.',
    }),
    sameSerialAs: Type.Optional(
      Type.Array(Server, { minItems: 1, maxItems: 20, description: 'Servers whose SOA must have the same serial.' }),
    ),
    ...LatencySettings,
  },
  { additionalProperties: false },
);
type DnsSpec = Static<typeof DnsSpec>;

// c-ares doubles its patience with each try; three fit into the time limit.
const TRIES = 3;
const LONGEST_TRY_MS = 3000;

export const dnsKind = defineCheckKind({
  kind: 'dns',
  title: 'DNS answer',
  specSchema: DnsSpec,
  specProblems: (spec) => [
    ...(spec.expect ?? []).flatMap((text, at) =>
      isExpectable(spec.type, text) ? [] : [{ path: `/expect/${at}`, message: 'is neither an address nor a network' }],
    ),
    ...(spec.sameSerialAs && spec.type !== 'SOA' ? [{ path: '/sameSerialAs', message: 'needs the type SOA' }] : []),
    ...(spec.expectNoName && spec.expect ? [{ path: '/expect', message: 'cannot stand beside expectNoName' }] : []),
    ...rangeProblems({ '/latencyWarn': spec.latencyWarn, '/latencyCrit': spec.latencyCrit }),
  ],
  compile(spec) {
    const limits = compileLimits(spec.latencyWarn, spec.latencyCrit);
    return async ({ clock, target }, signal) => {
      const { name, where } = questionOf(spec, target);
      const startTick = clock.monotonicMs();
      const outcome = await ask(spec, spec.server, target, signal);
      const sec = (clock.monotonicMs() - startTick) / 1000;
      if (outcome.how === 'aborted')
        return verdict('critical', `DNS CRITICAL - no answer ${where} ${withinSeconds(target.timeoutMs)}`);
      if (outcome.how === 'unresolved') return verdict('unknown', `DNS UNKNOWN - ${outcome.reason}`);
      const perfdata = formatPerfdata([timeMetric(sec, limits, target.timeoutMs)]);
      const findings = limitFindings('took', sec, ' s', limits);
      if (outcome.how === 'failed') return judgeFailure(spec, outcome.code, { name, where, perfdata, findings });
      if (spec.expectNoName) findings.unshift({ state: 'critical', text: `${name} exists: ${outcome.answers[0]}` });
      const missing = spec.expect && whatIsMissing(spec.type, spec.expect, outcome.answers, spec.match);
      if (missing !== undefined) findings.unshift({ state: 'critical', text: `${name} ${spec.type}: ${missing}` });
      findings.push(...(await otherSerials(spec, outcome.answers, target, signal)));
      const ok = `${name} ${spec.type}: ${outcome.answers.slice(0, 10).join(', ')} in ${sec.toFixed(3)} seconds`;
      return conclude('DNS', findings, { ok, where }, perfdata);
    };
  },
  describe(spec, target) {
    const { name, where } = questionOf(spec, target);
    return `ask for ${name} ${spec.type} ${where}`;
  },
});

function questionOf(spec: DnsSpec, target: CheckTarget): { name: string; where: string } {
  const server = spec.server === undefined ? undefined : fillMacros(spec.server, target);
  return {
    name: fillMacros(spec.name, target),
    where: server === undefined ? "from this machine's servers" : `from ${hostAndPort(server, spec.port)}`,
  };
}

type Outcome =
  | { how: 'answered'; answers: string[] }
  | { how: 'failed'; code: string }
  | { how: 'unresolved'; reason: string }
  | { how: 'aborted' };

async function ask(
  spec: DnsSpec,
  server: string | undefined,
  target: CheckTarget,
  signal: AbortSignal,
): Promise<Outcome> {
  const timeout = Math.min(LONGEST_TRY_MS, Math.ceil(target.timeoutMs / TRIES));
  const resolver = new Resolver({ timeout, tries: TRIES });
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    if (server !== undefined) {
      const host = fillMacros(server, target);
      const found = await lookUp({ host, family: 0 }).catch((error: unknown) => failureText(error));
      if (typeof found === 'string') return { how: 'unresolved', reason: `server ${host}: ${found}` };
      resolver.setServers([`${found.family === 6 ? `[${found.address}]` : found.address}:${spec.port}`]);
    }
    if (signal.aborted) return { how: 'aborted' };
    const name = fillMacros(spec.name, target);
    const answers = await (spec.type === 'PTR' && net.isIP(name) !== 0
      ? resolver.reverse(name)
      : resolver.resolve(name, spec.type));
    return { how: 'answered', answers: answerLines(spec.type, answers) };
  } catch (error) {
    if (signal.aborted) return { how: 'aborted' };
    if (!isErrnoException(error)) throw error;
    return { how: 'failed', code: error.code };
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

const FAILURES: Record<string, string> = {
  ENOTFOUND: 'there is no such name',
  ENODATA: 'the name has no records of this type',
  ESERVFAIL: 'the server failed (SERVFAIL)',
  EREFUSED: 'the server refused',
  ETIMEOUT: 'the server did not answer',
  ECONNREFUSED: 'the port is closed',
  EBADRESP: 'the server answered with garbage',
  EFORMERR: 'the server did not understand the question',
  ENOTIMP: 'the server does not do this kind of question',
};

function judgeFailure(
  spec: DnsSpec,
  code: string,
  about: { name: string; where: string; perfdata: string; findings: Finding[] },
): CheckResult {
  const { name, where, perfdata, findings } = about;
  if (code === 'ENOTFOUND' && spec.expectNoName)
    return conclude('DNS', findings, { ok: `${name} does not exist, as expected`, where }, perfdata);
  const text = `${name} ${spec.type}: ${FAILURES[code] ?? code}`;
  return conclude('DNS', [{ state: 'critical', text }], { ok: '', where }, perfdata);
}

/** Secondaries that lag behind answer with an old zone for hours, and nobody sees it in the answers themselves. */
async function otherSerials(
  spec: DnsSpec,
  answers: readonly string[],
  target: CheckTarget,
  signal: AbortSignal,
): Promise<Finding[]> {
  const serial = serialOf(answers);
  const compared = (spec.sameSerialAs ?? []).map(async (server): Promise<Finding[]> => {
    const other = await ask(spec, server, target, signal);
    const name = fillMacros(server, target);
    if (other.how !== 'answered') return [{ state: 'critical', text: `no SOA from ${name} to compare with` }];
    const theirs = serialOf(other.answers);
    return theirs === serial ? [] : [{ state: 'critical', text: `serial ${serial}, but ${theirs} at ${name}` }];
  });
  return (await Promise.all(compared)).flat();
}

const serialOf = (answers: readonly string[]): string => answers[0]?.split(' ')[2] ?? '';
