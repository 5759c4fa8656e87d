// Asks a URL and judges status, headers, body, time and certificate. An answer other than
// expected is CRITICAL, and so is none; redirects are answers like any other unless followed.

import { formatPerfdata } from '#wire/perfdata.ts';
import { defineCheckKind, verdict, type CheckTarget } from './check-kind.ts';
import { fillMacros } from './fill-macros.ts';
import { askHttp, type HttpAnswer, type HttpPlan } from './http-exchange.ts';
import { compileHttpJudge } from './http-judge.ts';
import { HttpSpec, httpSpecProblems } from './http-spec.ts';
import { peerOf } from './net-address.ts';
import { judgeCertificate } from './net-certificate.ts';
import { failureText, withinSeconds } from './net-failure.ts';
import { compileLimits, conclude, limitFindings, timeMetric } from './net-limits.ts';
import { maskSecrets } from './spec-secrets.ts';

export const httpKind = defineCheckKind({
  kind: 'http',
  title: 'HTTP',
  specSchema: HttpSpec,
  specProblems: httpSpecProblems,
  compile(spec) {
    const judge = compileHttpJudge(spec);
    const limits = compileLimits(spec.latencyWarn, spec.latencyCrit);
    return async ({ clock, target }, signal) => {
      const url = fillUrl(spec.url, target);
      if (!URL.canParse(url)) return verdict('critical', `HTTP CRITICAL - ${JSON.stringify(url)} is not a URL`);
      const plan = planOf(spec, target);
      if ('problem' in plan) return verdict('critical', `HTTP CRITICAL - ${plan.problem}`);
      const startTick = clock.monotonicMs();
      let answer: HttpAnswer;
      try {
        answer = await askHttp(new URL(url), plan, signal);
      } catch (error) {
        const why = signal.aborted ? `no whole answer ${withinSeconds(target.timeoutMs)}` : failureText(error);
        return conclude('HTTP', [{ state: 'critical', text: why }], { ok: '', where: `on ${url}` });
      }
      const sec = (clock.monotonicMs() - startTick) / 1000;
      const judged = judge(answer);
      const certificate = answer.certificate && judgeCertificate(answer.certificate, spec, clock.nowMs());
      const findings = [
        ...judged.findings,
        ...limitFindings('took', sec, ' s', limits),
        ...(certificate?.findings ?? []),
      ];
      const size = { label: 'size', value: answer.body.length, uom: 'B', warn: null, crit: null, min: 0, max: null };
      const perfdata = formatPerfdata([
        timeMetric(sec, limits, target.timeoutMs),
        size,
        ...(certificate ? [certificate.metric] : []),
        ...judged.metrics,
      ]);
      const ok = `${answer.status}, ${answer.body.length} bytes in ${sec.toFixed(3)} seconds`;
      return conclude('HTTP', findings, { ok, where: `on ${answer.url.href}` }, perfdata);
    };
  },
  describe: (spec, target) => describeRequest(maskSecrets(HttpSpec, spec) as HttpSpec, fillUrl(spec.url, target)),
});

function planOf(spec: HttpSpec, target: CheckTarget): HttpPlan | { problem: string } {
  const { method, maxRedirects, maxBodyBytes, verifyTls, serverName, body, basicAuth, bearerToken } = spec;
  const filled = (headers: Record<string, string> | undefined) =>
    Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, fillMacros(value, target)]));
  const { host, family, problem } = peerOf(spec, target);
  if (spec.address !== undefined && problem !== undefined) return { problem };
  const login = basicAuth && `${fillMacros(basicAuth.user, target)}:${fillMacros(basicAuth.password, target)}`;
  return {
    method,
    headers: filled(spec.headers),
    secretHeaders: {
      ...filled(spec.secretHeaders),
      ...(login !== undefined && { authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
      ...(bearerToken !== undefined && { authorization: `Bearer ${fillMacros(bearerToken, target)}` }),
    },
    ...(body !== undefined && { body: fillMacros(body, target) }),
    follow: spec.redirects === 'follow',
    maxRedirects,
    maxBodyBytes,
    verifyTls,
    ...(spec.address !== undefined && { address: host }),
    ...(serverName !== undefined && { serverName }),
    family,
    timeoutMs: target.timeoutMs,
  };
}

/** An IPv6 address stands in brackets in a URL. */
const fillUrl = (url: string, target: CheckTarget): string =>
  fillMacros(url, {
    macro: (name) => {
      const value = target.macro(name);
      return name === 'HOSTADDRESS' && value?.includes(':') ? `[${value}]` : value;
    },
  });

const describeRequest = (masked: HttpSpec, url: string): string =>
  [
    `${masked.method} ${url}`,
    ...Object.entries({ ...masked.headers, ...masked.secretHeaders }).map(([name, value]) => `${name}: ${value}`),
    ...(masked.basicAuth ? [`as ${masked.basicAuth.user} with password ${masked.basicAuth.password}`] : []),
    ...(masked.bearerToken === undefined ? [] : [`with bearer token ${masked.bearerToken}`]),
    ...(masked.address === undefined ? [] : [`connecting to ${masked.address}`]),
  ].join(', ');
