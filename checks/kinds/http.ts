// Asks a URL and judges status and body. An answer other than expected is CRITICAL,
// and so is none; redirects are answers like any other.

import { types } from 'node:util';
import vm from 'node:vm';
import Type, { type Static } from 'typebox';
import { Agent, request } from 'undici';
import { formatPerfdata } from '#wire/perfdata.ts';
import { defineCheckKind, verdict, type CheckResult, type CheckTarget } from './check-kind.ts';

const HttpSpec = Type.Object(
  {
    url: Type.String({
      maxLength: 2048,
      pattern: '^https?://',
      description: '$HOSTADDRESS$ and $HOSTNAME$ are filled in.',
    }),
    method: Type.Union([Type.Literal('GET'), Type.Literal('HEAD')], { default: 'GET' }),
    headers: Type.Optional(Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 2000 }))),
    expectStatus: Type.Array(Type.Integer({ minimum: 100, maximum: 599 }), {
      default: [200],
      minItems: 1,
      maxItems: 20,
      description: 'Status codes that are fine.',
    }),
    bodyContains: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
    bodyMatches: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1000, description: 'Regular expression, case-sensitive.' }),
    ),
    verifyTls: Type.Boolean({ default: true, description: 'Refuse certificates that cannot be verified.' }),
  },
  { additionalProperties: false },
);
type HttpSpec = Static<typeof HttpSpec>;

/** What is read of a body; the rest is not needed to judge it. */
const BODY_BYTES = 256 * 1024;
/** A pattern that needs longer backtracks without end, and would hold up every other check. */
const PATTERN_TIMEOUT_MS = 100;

export const httpKind = defineCheckKind({
  kind: 'http',
  title: 'HTTP',
  specSchema: HttpSpec,
  specProblems: (spec) => [
    ...(URL.canParse(sampleUrl(spec.url)) ? [] : [{ path: '/url', message: 'is not a URL' }]),
    ...(isPattern(spec.bodyMatches) ? [] : [{ path: '/bodyMatches', message: 'is not a regular expression' }]),
  ],
  compile: (spec) => async (run, signal) => {
    const url = fillUrl(spec.url, run.target);
    const startTick = run.clock.monotonicMs();
    // An agent for each run: a kept connection would hide that no new one can be made.
    const dispatcher = new Agent({ connect: { rejectUnauthorized: spec.verifyTls } });
    try {
      const response = await request(url, { method: spec.method, headers: spec.headers ?? {}, dispatcher, signal });
      const body = await readBody(response.body);
      const sec = (run.clock.monotonicMs() - startTick) / 1000;
      const perfdata = formatPerfdata([
        { label: 'time', value: sec, uom: 's', warn: null, crit: null, min: 0, max: run.target.timeoutMs / 1000 },
        { label: 'size', value: body.length, uom: 'B', warn: null, crit: null, min: 0, max: null },
      ]);
      const wrong = whatIsWrong(spec, response.statusCode, body);
      if (wrong !== undefined) return verdict('critical', `HTTP CRITICAL - ${wrong} on ${url}`, perfdata);
      return verdict(
        'ok',
        `HTTP OK - ${response.statusCode}, ${body.length} bytes in ${sec.toFixed(3)} seconds`,
        perfdata,
      );
    } catch (error) {
      return noAnswer(error, url, run.target, signal);
    } finally {
      await dispatcher.destroy();
    }
  },
});

function noAnswer(error: unknown, url: string, target: CheckTarget, signal: AbortSignal): CheckResult {
  const why = signal.aborted
    ? `no whole answer within ${target.timeoutMs / 1000} seconds`
    : error instanceof Error
      ? error.message
      : String(error);
  return verdict('critical', `HTTP CRITICAL - ${why} on ${url}`);
}

function whatIsWrong(spec: HttpSpec, status: number, body: Buffer): string | undefined {
  if (!spec.expectStatus.includes(status)) return `status ${status} (expected ${spec.expectStatus.join(' or ')})`;
  const text = body.toString();
  if (spec.bodyContains !== undefined && !text.includes(spec.bodyContains))
    return `${JSON.stringify(spec.bodyContains)} not found in the body`;
  if (spec.bodyMatches === undefined) return undefined;
  const matched = matchPattern(spec.bodyMatches, text);
  if (matched === 'too_slow') return `/${spec.bodyMatches}/ took too long to compare with the body`;
  return matched ? undefined : `the body does not match /${spec.bodyMatches}/`;
}

/** Only `vm` can stop a regular expression that has begun. */
function matchPattern(pattern: string, text: string): boolean | 'too_slow' {
  try {
    return (
      vm.runInNewContext('new RegExp(pattern).test(text)', { pattern, text }, { timeout: PATTERN_TIMEOUT_MS }) === true
    );
  } catch (error) {
    // The error is made inside the new context, so it is no `instanceof` ours.
    if (types.isNativeError(error) && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      return 'too_slow';
    throw error;
  }
}

async function readBody(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= BODY_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, BODY_BYTES);
}

const fillUrl = (url: string, target: Pick<CheckTarget, 'address' | 'hostName'>): string =>
  url
    // An IPv6 address stands in brackets in a URL.
    .replaceAll('$HOSTADDRESS$', () => (target.address.includes(':') ? `[${target.address}]` : target.address))
    .replaceAll('$HOSTNAME$', () => target.hostName);

const sampleUrl = (url: string): string => fillUrl(url, { address: '192.0.2.1', hostName: 'host.example' });

function isPattern(pattern: string | undefined): boolean {
  try {
    return pattern === undefined || new RegExp(pattern) instanceof RegExp;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
