// A query to a PostgreSQL server: that it answers, how soon, and what. No connection or a
// failed query is CRITICAL, an answer without rows WARNING, as with check_pgsql.

import Type, { type Static } from 'typebox';
import { formatPerfdata } from '#wire/perfdata.ts';
import { defineCheckKind, verdict, type CheckResult } from './check-kind.ts';
import { fillMacros } from './fill-macros.ts';
import { AddressSetting, hostAndPort, IpVersionSetting, isUnresolved, peerOf } from './net-address.ts';
import { failureText, withinSeconds } from './net-failure.ts';
import {
  compileLimits,
  conclude,
  LatencySettings,
  limitFindings,
  rangeProblems,
  rangeSetting,
  timeMetric,
  type Finding,
  type Limits,
} from './net-limits.ts';
import { secretSetting } from './spec-secrets.ts';
import { askSql, SqlFailed, type SqlAnswer } from './sql-query.ts';

const SqlSpec = Type.Object(
  {
    address: AddressSetting,
    port: Type.Integer({ minimum: 1, maximum: 65_535, default: 5432 }),
    ipVersion: IpVersionSetting,
    database: Type.String({ default: 'postgres', minLength: 1, maxLength: 63 }),
    user: Type.String({ default: 'postgres', minLength: 1, maxLength: 63 }),
    password: Type.Optional(secretSetting('Password of the user.')),
    tls: Type.Union([Type.Literal('off'), Type.Literal('require'), Type.Literal('verify')], {
      default: 'off',
      description: 'require: encrypted, whoever it is. verify: the certificate must be good.',
    }),
    query: Type.String({
      default: 'select 1',
      minLength: 1,
      maxLength: 10_000,
      description: 'The first column of the first row counts. Runs read-only.',
    }),
    equals: Type.Optional(Type.String({ maxLength: 1000, description: 'CRITICAL unless the value is exactly this.' })),
    warn: rangeSetting('WARNING when the value is outside,'),
    crit: rangeSetting('CRITICAL when the value is outside,'),
    ...LatencySettings,
  },
  { additionalProperties: false },
);
type SqlSpec = Static<typeof SqlSpec>;

export const sqlKind = defineCheckKind({
  kind: 'sql',
  title: 'PostgreSQL query',
  specSchema: SqlSpec,
  specProblems: (spec) =>
    rangeProblems({
      '/warn': spec.warn,
      '/crit': spec.crit,
      '/latencyWarn': spec.latencyWarn,
      '/latencyCrit': spec.latencyCrit,
    }),
  compile(spec) {
    const limits = {
      value: compileLimits(spec.warn, spec.crit),
      latency: compileLimits(spec.latencyWarn, spec.latencyCrit),
    };
    return async ({ clock, target }, signal) => {
      const peer = peerOf(spec, target);
      if (peer.problem !== undefined) return verdict('unknown', `SQL UNKNOWN - ${peer.problem}`);
      const where = `${spec.database} at ${hostAndPort(peer.host, spec.port)}`;
      const password = spec.password === undefined ? undefined : fillMacros(spec.password, target);
      const { password: _, ...plan } = spec;
      const startTick = clock.monotonicMs();
      try {
        const asked = { ...plan, ...(password !== undefined && { password }) };
        const answer = await askSql(peer, asked, { clock, signal });
        const sec = (clock.monotonicMs() - startTick) / 1000;
        return judge(spec, answer, limits, { where, sec, timeoutMs: target.timeoutMs });
      } catch (error) {
        return failureVerdict(error, where, target.timeoutMs);
      }
    };
  },
  describe: (spec, target) =>
    `ask ${spec.database} at ${hostAndPort(peerOf(spec, target).host, spec.port)} as ${spec.user}: ${spec.query}`,
});

function failureVerdict(error: unknown, where: string, timeoutMs: number): CheckResult {
  if (!(error instanceof SqlFailed)) throw error;
  if (error.how === 'aborted') {
    const missing = error.stage === 'connection' ? `no connection to ${where}` : `no answer from ${where}`;
    return verdict('critical', `SQL CRITICAL - ${missing} ${withinSeconds(timeoutMs)}`);
  }
  if (error.how === 'flooded') return verdict('critical', `SQL CRITICAL - ${where} sent more than 4 MB`);
  const state = isUnresolved(error.cause) ? 'unknown' : 'critical';
  const what = error.stage === 'connection' ? 'no connection' : 'query failed';
  return conclude('SQL', [{ state, text: `${what}: ${failureText(error.cause)}` }], { ok: '', where: `on ${where}` });
}

function judge(
  spec: SqlSpec,
  { value, rows }: SqlAnswer,
  limits: { value: Limits; latency: Limits },
  run: { where: string; sec: number; timeoutMs: number },
): CheckResult {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
  const findings: Finding[] = [];
  const wantsNumber = spec.warn !== undefined || spec.crit !== undefined;
  const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : 'NULL';
  if (rows === 0) findings.push({ state: 'warning', text: 'the query gave no rows' });
  else {
    if (spec.equals !== undefined && value !== spec.equals)
      findings.push({ state: 'critical', text: `the query gave ${shown} (expected ${JSON.stringify(spec.equals)})` });
    if (wantsNumber && !Number.isFinite(number))
      findings.push({ state: 'critical', text: `the query gave ${shown}, which is no number` });
    else if (wantsNumber) findings.push(...limitFindings('the query gave', number, '', limits.value));
  }
  findings.push(...limitFindings('took', run.sec, ' s', limits.latency));
  const perfdata = formatPerfdata([
    timeMetric(run.sec, limits.latency, run.timeoutMs),
    ...(wantsNumber && Number.isFinite(number)
      ? [
          {
            label: 'query',
            value: number,
            uom: '',
            warn: limits.value.warnText,
            crit: limits.value.critText,
            min: null,
            max: null,
          },
        ]
      : []),
  ]);
  const ok = `${run.where} gave ${shown} in ${run.sec.toFixed(3)} seconds`;
  return conclude('SQL', findings, { ok, where: `on ${run.where}` }, perfdata);
}
