// What an HTTP answer is worth: status, headers, body and JSON against what was expected.
// Compiled once for each check; pure.

import type { PerfdataMetric } from '#wire/perfdata.ts';
import type { HttpAnswer } from './http-exchange.ts';
import type { HttpSpec } from './http-spec.ts';
import { parseJsonPath, readJsonPath } from './json-path.ts';
import { compileLimits, limitFindings, type Finding } from './net-limits.ts';
import { compilePattern } from './net-pattern.ts';

interface Judged {
  findings: Finding[];
  metrics: PerfdataMetric[];
}

export type JudgeHttp = (answer: HttpAnswer) => Judged;

/** Takes settings without problems. A wrong status ends it: an error page has not the body of the page. */
export function compileHttpJudge(spec: HttpSpec): JudgeHttp {
  const judgeBody = compileBody(spec);
  const judgeJson = (spec.json ?? []).map(compileJson);
  const judgeHeaders = (spec.expectHeaders ?? []).map(compileHeader);
  return (answer) => {
    const redirect = answer.location && judgeRedirect(spec, answer, answer.location);
    if (redirect) return { findings: redirect, metrics: [] };
    const status = judgeStatus(spec, answer.status);
    if (status.length > 0) return { findings: status, metrics: [] };
    const findings = judgeHeaders.flatMap((judge) => judge(answer));
    if (judgeJson.length === 0) return { findings: [...findings, ...judgeBody(answer.body)], metrics: [] };
    const document = readJson(answer);
    if ('problem' in document) findings.push(critical(document.problem));
    const judged = 'problem' in document ? [] : judgeJson.map((judge) => judge(document.value));
    return {
      findings: [...findings, ...judgeBody(answer.body), ...judged.flatMap(({ findings }) => findings)],
      metrics: judged.flatMap(({ metrics }) => metrics),
    };
  };
}

const critical = (text: string): Finding => ({ state: 'critical', text });

/** Undefined where a redirect is judged like any other answer. */
function judgeRedirect(
  spec: HttpSpec,
  { status, redirects, isCircle }: HttpAnswer,
  location: URL,
): Finding[] | undefined {
  switch (spec.redirects) {
    case 'judge':
      return undefined;
    case 'follow':
      // The two states are check_http's.
      return isCircle
        ? [critical(`redirects go in a circle at ${location.href.slice(0, 200)}`)]
        : [{ state: 'warning', text: `more than ${redirects} redirects` }];
    case 'ok':
      return [];
    case 'warning':
    case 'critical':
      return [{ state: spec.redirects, text: `redirect ${status} to ${location.href.slice(0, 200)}` }];
    default:
      return spec.redirects satisfies never;
  }
}

function judgeStatus(spec: HttpSpec, status: number): Finding[] {
  const isIn = (wanted: number | string): boolean => {
    if (typeof wanted === 'number') return wanted === status;
    if (wanted.endsWith('xx')) return wanted.startsWith(String(status).slice(0, 1));
    const [from = '', to = from] = wanted.split('-');
    return status >= Number(from) && status <= Number(to);
  };
  if (spec.expectStatus.some(isIn)) return [];
  const text = `status ${status} (expected ${spec.expectStatus.join(' or ')})`;
  return [{ state: spec.warnStatus?.some(isIn) ? 'warning' : 'critical', text }];
}

function compileHeader(expected: NonNullable<HttpSpec['expectHeaders']>[number]): (answer: HttpAnswer) => Finding[] {
  const { name, equals, contains, matches } = expected;
  const fits = matches === undefined ? () => true : compilePattern(matches);
  return ({ headers }) => {
    const given = headers[name.toLowerCase()];
    const value = Array.isArray(given) ? given.join(', ') : given;
    if (value === undefined) return [critical(`header ${name} is missing`)];
    const shown = `header ${name} is ${quote(value)}`;
    if (equals !== undefined && value !== equals) return [critical(`${shown} (expected ${quote(equals)})`)];
    if (contains !== undefined && !value.includes(contains)) return [critical(`${shown}, without ${quote(contains)}`)];
    return fits(value) ? [] : [critical(`${shown} (expected /${matches}/)`)];
  };
}

function compileBody({ bodyContains, bodyNotContains, bodyMatches }: HttpSpec): (body: Buffer) => Finding[] {
  const fits = bodyMatches === undefined ? undefined : compilePattern(bodyMatches);
  return (body) => {
    const text = bodyContains === undefined && bodyNotContains === undefined && !fits ? '' : body.toString();
    if (bodyContains !== undefined && !text.includes(bodyContains))
      return [critical(`${quote(bodyContains)} not found in the body`)];
    if (bodyNotContains !== undefined && text.includes(bodyNotContains))
      return [critical(`${quote(bodyNotContains)} found in the body`)];
    return fits && !fits(text) ? [critical(`the body does not match /${bodyMatches}/`)] : [];
  };
}

function readJson({ body, isCut }: HttpAnswer): { value: unknown } | { problem: string } {
  if (isCut) return { problem: `the body is longer than the ${body.length} bytes that are read, too long for JSON` };
  try {
    return { value: JSON.parse(body.toString()) };
  } catch {
    return { problem: `the body is not JSON: ${quote(body.toString('utf8', 0, 80))}` };
  }
}

function compileJson(expected: NonNullable<HttpSpec['json']>[number]): (document: unknown) => Judged {
  const parsed = parseJsonPath(expected.path);
  const path = parsed.ok ? parsed.value : [];
  const limits = compileLimits(expected.warn, expected.crit);
  const wantsNumber = expected.warn !== undefined || expected.crit !== undefined;
  const fits = expected.matches === undefined ? () => true : compilePattern(expected.matches);
  const name = expected.label ?? expected.path;
  const give = (...findings: Finding[]): Judged => ({ findings, metrics: [] });
  return (document) => {
    const value = readJsonPath(document, path);
    if (expected.exists === false) return value === undefined ? give() : give(critical(`${name} is there`));
    if (value === undefined) return give(critical(`${name} is not there`));
    const shown = quote(value);
    if (expected.equals !== undefined && !isEqual(value, expected.equals))
      return give(critical(`${name} is ${shown} (expected ${quote(expected.equals)})`));
    if (!fits(typeof value === 'string' ? value : JSON.stringify(value)))
      return give(critical(`${name} is ${shown} (expected /${expected.matches}/)`));
    if (!wantsNumber) return give();
    const number = typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : NaN;
    if (!Number.isFinite(number)) return give(critical(`${name} is ${shown}, which is no number`));
    const { warnText: warn, critText: crit } = limits;
    const metric = { label: name.replaceAll('=', ':'), value: number, uom: '', warn, crit, min: null, max: null };
    return { findings: limitFindings(name, number, '', limits), metrics: [metric] };
  };
}

/** A form gives texts: "5" also stands for the number. */
const isEqual = (value: unknown, expected: string | number | boolean | null): boolean =>
  value === expected || (typeof expected === 'string' && typeof value !== 'object' && String(value) === expected);

const quote = (value: unknown): string => JSON.stringify(value)?.slice(0, 100) ?? '';
