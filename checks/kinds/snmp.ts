// Gets values by SNMP and judges them. An agent that does not answer, or does not have the
// value, is UNKNOWN, as with the plugin of the same name: the device itself may be well.

import Type, { type Static } from 'typebox';
import { formatPerfdata, type PerfdataMetric } from '#wire/perfdata.ts';
import { defineCheckKind, verdict, type CheckTarget } from './check-kind.ts';
import { fillMacros } from './fill-macros.ts';
import { AddressSetting, hostAndPort, IpVersionSetting, lookUp, peerOf } from './net-address.ts';
import { failureText, withinSeconds } from './net-failure.ts';
import {
  compileLimits,
  conclude,
  limitFindings,
  rangeProblems,
  rangeSetting,
  shorten,
  type Finding,
  type Limits,
} from './net-limits.ts';
import { compilePattern, patternProblems, patternSetting } from './net-pattern.ts';
import { getSnmp, type SnmpAccess, type SnmpValue } from './snmp-get.ts';
import { secretSetting } from './spec-secrets.ts';

const literals = <const Values extends readonly string[]>(values: Values) =>
  Type.Union(values.map((value) => Type.Literal(value as Values[number])));

const Password = Type.Optional(secretSetting('At least 8 characters (RFC 3414 §11.2).'));

const Oid = Type.Object(
  {
    oid: Type.String({ maxLength: 500, pattern: '^\\.?\\d+(\\.\\d+)+$', description: 'In numbers, to the instance.' }),
    label: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'Name of the value.' })),
    unit: Type.Optional(Type.String({ maxLength: 10, pattern: "^[^\\d.,;='\\s]*$" })),
    factor: Type.Optional(Type.Number({ description: 'The value is multiplied by it before it is judged.' })),
    warn: rangeSetting('WARNING when the value is outside,'),
    crit: rangeSetting('CRITICAL when the value is outside,'),
    equals: Type.Optional(Type.String({ maxLength: 1000, description: 'CRITICAL unless the value is exactly this.' })),
    matches: patternSetting('CRITICAL unless the value contains'),
  },
  { additionalProperties: false },
);

const SnmpSpec = Type.Object(
  {
    address: AddressSetting,
    port: Type.Integer({ minimum: 1, maximum: 65_535, default: 161 }),
    ipVersion: IpVersionSetting,
    version: Type.Union([Type.Literal('1'), Type.Literal('2c'), Type.Literal('3')], { default: '2c' }),
    community: Type.Optional(secretSetting('Community of versions 1 and 2c; public when absent.')),
    user: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'User of version 3.' })),
    context: Type.Optional(Type.String({ maxLength: 255 })),
    authProtocol: Type.Optional(literals(['md5', 'sha', 'sha224', 'sha256', 'sha384', 'sha512'])),
    authPassword: Password,
    privProtocol: Type.Optional(
      Type.Literal('aes', {
        description: 'AES of 128 bits. DES is gone from OpenSSL 3: for such devices run check_snmp as a plugin.',
      }),
    ),
    privPassword: Password,
    oids: Type.Array(Oid, { minItems: 1, maxItems: 30 }),
    retries: Type.Integer({ minimum: 0, maximum: 5, default: 2, description: 'Further tries within the time limit.' }),
  },
  { additionalProperties: false },
);
type SnmpSpec = Static<typeof SnmpSpec>;
type OidSpec = SnmpSpec['oids'][number];

interface CompiledOid {
  name: string;
  limits: Limits;
  matches?: (text: string) => boolean;
  spec: OidSpec;
}

export const snmpKind = defineCheckKind({
  kind: 'snmp',
  title: 'SNMP value',
  specSchema: SnmpSpec,
  specProblems: (spec) => [
    ...accessProblems(spec),
    ...spec.oids.flatMap(({ warn, crit, matches }, at) => [
      ...rangeProblems({ [`/oids/${at}/warn`]: warn, [`/oids/${at}/crit`]: crit }),
      ...patternProblems({ [`/oids/${at}/matches`]: matches }),
    ]),
  ],
  compile(spec) {
    const oids = spec.oids.map(compileOid);
    const numbers = spec.oids.map(({ oid }) => oid.replace(/^\./, ''));
    return async ({ target }, signal) => {
      const peer = peerOf(spec, target);
      if (peer.problem !== undefined) return verdict('unknown', `SNMP UNKNOWN - ${peer.problem}`);
      const where = hostAndPort(peer.host, spec.port);
      const found = await lookUp(peer).catch((error: unknown) => failureText(error));
      if (typeof found === 'string') return verdict('unknown', `SNMP UNKNOWN - ${where}: ${found}`);
      const timeoutMs = Math.ceil((target.timeoutMs * 0.9) / (spec.retries + 1));
      const at = { ...found, port: spec.port, timeoutMs, retries: spec.retries };
      const outcome = await getSnmp(at, accessOf(spec, target), numbers, signal);
      switch (outcome.how) {
        case 'answered':
          return judge(oids, outcome.values, where);
        case 'failed':
          return verdict('unknown', `SNMP UNKNOWN - ${where}: ${outcome.reason}`);
        case 'silent':
        case 'aborted': {
          const garbage = outcome.how === 'silent' ? outcome.garbage : undefined;
          const beside = garbage === undefined ? '' : `, only what is no SNMP (${garbage})`;
          return verdict(
            'unknown',
            `SNMP UNKNOWN - no answer from ${where} ${withinSeconds(target.timeoutMs)}${beside}`,
          );
        }
        default:
          return outcome satisfies never;
      }
    };
  },
  describe: (spec, target) =>
    `get ${spec.oids.map(({ oid }) => oid).join(', ')} from ${hostAndPort(peerOf(spec, target).host, spec.port)} by SNMP ${spec.version}` +
    (spec.version === '3' ? ` as ${spec.user}` : ''),
});

function accessProblems(spec: SnmpSpec): { path: string; message: string }[] {
  const problems: { path: string; message: string }[] = [];
  const isThree = spec.version === '3';
  if (isThree && spec.user === undefined) problems.push({ path: '/user', message: 'is needed by version 3' });
  if (isThree && spec.community !== undefined) problems.push({ path: '/community', message: 'is not of version 3' });
  for (const name of ['user', 'context', 'authProtocol', 'authPassword', 'privProtocol', 'privPassword'] as const)
    if (!isThree && spec[name] !== undefined) problems.push({ path: `/${name}`, message: 'is of version 3 only' });
  for (const part of ['auth', 'priv'] as const)
    if ((spec[`${part}Protocol`] === undefined) !== (spec[`${part}Password`] === undefined))
      problems.push({ path: `/${part}Password`, message: `stands beside ${part}Protocol, or neither does` });
  if (spec.privProtocol !== undefined && spec.authProtocol === undefined)
    problems.push({ path: '/privProtocol', message: 'needs authProtocol' });
  return problems;
}

function accessOf(spec: SnmpSpec, target: CheckTarget): SnmpAccess {
  if (spec.version !== '3') return { version: spec.version, community: fillMacros(spec.community ?? 'public', target) };
  const { user = '', context, authProtocol, authPassword, privProtocol, privPassword } = spec;
  return {
    version: '3',
    user,
    ...(context !== undefined && { context }),
    ...(authProtocol !== undefined && {
      auth: { protocol: authProtocol, password: fillMacros(authPassword ?? '', target) },
    }),
    ...(privProtocol !== undefined && {
      priv: { protocol: privProtocol, password: fillMacros(privPassword ?? '', target) },
    }),
  };
}

const compileOid = (spec: OidSpec): CompiledOid => ({
  name: spec.label ?? spec.oid.replace(/^\./, ''),
  limits: compileLimits(spec.warn, spec.crit),
  ...(spec.matches !== undefined && { matches: compilePattern(spec.matches) }),
  spec,
});

function judge(oids: readonly CompiledOid[], values: readonly SnmpValue[], where: string) {
  const judged = oids.map((oid, at) => judgeValue(oid, values[at] ?? { oid: oid.spec.oid, missing: 'no value' }));
  const ok = `${judged.map(({ said }) => said).join(', ')} on ${where}`;
  const findings = judged.flatMap(({ findings }) => findings);
  const metrics = judged.flatMap(({ metric }) => metric ?? []);
  return conclude('SNMP', findings, { ok, where: `on ${where}` }, formatPerfdata(metrics));
}

interface JudgedValue {
  said: string;
  findings: Finding[];
  metric?: PerfdataMetric;
}

function judgeValue({ name, limits, matches, spec }: CompiledOid, value: SnmpValue): JudgedValue {
  if ('missing' in value)
    return { said: '', findings: [{ state: 'unknown', text: `${name} is not there (${value.missing})` }] };
  const wantsNumber = spec.warn !== undefined || spec.crit !== undefined;
  // Some agents (UCD's load averages, many UPSes) give numbers as text.
  const number = numberOf(value) ?? NaN;
  const scaled = number * (spec.factor ?? 1);
  const text = 'text' in value ? value.text : String(value.number);
  const findings: Finding[] = [];
  if (spec.equals !== undefined && text !== spec.equals)
    findings.push({ state: 'critical', text: `${name} is ${quote(text)} (expected ${quote(spec.equals)})` });
  if (matches && !matches(text))
    findings.push({ state: 'critical', text: `${name} is ${quote(text)} (expected /${spec.matches}/)` });
  if (wantsNumber && Number.isNaN(scaled))
    findings.push({ state: 'unknown', text: `${name} is no number: ${quote(text)}` });
  else if (wantsNumber) findings.push(...limitFindings(name, scaled, spec.unit ?? '', limits));
  if (Number.isNaN(scaled)) return { said: `${name} is ${quote(text)}`, findings };
  const metric = {
    label: name,
    value: scaled,
    uom: spec.unit ?? '',
    warn: limits.warnText,
    crit: limits.critText,
    min: null,
    max: null,
  };
  return { said: `${name} is ${shorten(scaled)}${spec.unit ?? ''}`, findings, metric };
}

function numberOf(value: SnmpValue): number | undefined {
  if ('number' in value) return value.number;
  return 'text' in value && /^\s*-?\d+(\.\d+)?\s*$/.test(value.text) ? Number(value.text) : undefined;
}

const quote = (text: string): string => JSON.stringify(text.slice(0, 100));
