// The settings of an HTTP check, and what a schema cannot say about them.

import Type, { type Static } from 'typebox';
import { parseJsonPath } from './json-path.ts';
import { AddressSetting, IpVersionSetting } from './net-address.ts';
import { CertificateSettings } from './net-certificate.ts';
import { LatencySettings, rangeProblems, rangeSetting } from './net-limits.ts';
import { patternProblems, patternSetting } from './net-pattern.ts';
import { secretSetting } from './spec-secrets.ts';

const HeaderName = Type.String({ minLength: 1, maxLength: 100 });
const text = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 1000, description }));
const statusList = (options: { description: string; default?: number[]; minItems?: number }) =>
  Type.Array(
    Type.Union([
      Type.Integer({ minimum: 100, maximum: 599 }),
      Type.String({ pattern: '^[1-5]([x]{2}|\\d{2}(-[1-5]\\d{2})?)$' }),
    ]),
    { maxItems: 20, ...options },
  );

const HeaderExpectation = Type.Object(
  {
    name: { ...HeaderName, description: 'Must be there at least.' },
    equals: text('What it must be.'),
    contains: text('What it must contain.'),
    matches: patternSetting('What it must contain'),
  },
  { additionalProperties: false },
);

const JsonExpectation = Type.Object(
  {
    path: Type.String({ maxLength: 500, description: 'Way to the value: $.status, $.disks[0].free.' }),
    exists: Type.Optional(Type.Boolean({ description: 'false: there must be nothing there.' })),
    equals: Type.Optional(Type.Union([Type.String({ maxLength: 1000 }), Type.Number(), Type.Boolean(), Type.Null()])),
    matches: patternSetting('What the value must contain'),
    label: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'Name of the value in history.' })),
    warn: rangeSetting('WARNING when the value is outside,'),
    crit: rangeSetting('CRITICAL when the value is outside,'),
  },
  { additionalProperties: false },
);

export const HttpSpec = Type.Object(
  {
    url: Type.String({
      maxLength: 2048,
      pattern: '^https?://',
      description: '$HOSTADDRESS$, $HOSTNAME$ and other macros are filled in.',
    }),
    method: Type.Union(
      (['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const).map((method) => Type.Literal(method)),
      { default: 'GET' },
    ),
    headers: Type.Optional(Type.Record(HeaderName, Type.String({ maxLength: 2000 }))),
    secretHeaders: Type.Optional(Type.Record(HeaderName, secretSetting('Value that is not shown.'))),
    basicAuth: Type.Optional(
      Type.Object(
        { user: Type.String({ minLength: 1, maxLength: 200 }), password: secretSetting('Password of the user.') },
        { additionalProperties: false },
      ),
    ),
    bearerToken: Type.Optional(secretSetting('Sent as Authorization: Bearer.')),
    body: Type.Optional(Type.String({ maxLength: 65_536, description: 'What is sent.' })),
    address: AddressSetting,
    ipVersion: IpVersionSetting,
    serverName: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        description: 'Name to ask for in TLS; that of the URL when absent.',
      }),
    ),
    expectStatus: statusList({ default: [200], minItems: 1, description: 'What is fine: 200, 2xx, 200-204.' }),
    warnStatus: Type.Optional(statusList({ description: 'What is WARNING; anything else is CRITICAL.' })),
    redirects: Type.Union(
      (['judge', 'follow', 'ok', 'warning', 'critical'] as const).map((policy) => Type.Literal(policy)),
      { default: 'judge', description: 'judge: a redirect is an answer like any other. follow: go where it points.' },
    ),
    maxRedirects: Type.Integer({ default: 10, minimum: 1, maximum: 30 }),
    expectHeaders: Type.Optional(Type.Array(HeaderExpectation, { maxItems: 20 })),
    bodyContains: text('Text that the body must contain.'),
    bodyNotContains: text('Text that the body must not contain.'),
    bodyMatches: patternSetting('What the body must contain'),
    json: Type.Optional(Type.Array(JsonExpectation, { maxItems: 30, description: 'What the body must be as JSON.' })),
    maxBodyBytes: Type.Integer({
      default: 256 * 1024,
      minimum: 1024,
      maximum: 4 * 1024 * 1024,
      description: 'What is read of the body.',
    }),
    ...LatencySettings,
    ...CertificateSettings,
  },
  { additionalProperties: false },
);
export type HttpSpec = Static<typeof HttpSpec>;

export function httpSpecProblems(spec: HttpSpec): { path: string; message: string }[] {
  const problems: { path: string; message: string }[] = [];
  const sample = spec.url.replaceAll(/\$[A-Z_]\w*\$/gi, '192.0.2.1');
  const isUrl = URL.canParse(sample);
  if (!isUrl) problems.push({ path: '/url', message: 'is not a URL' });
  else if (new URL(sample).username !== '')
    problems.push({ path: '/url', message: 'must not carry a user: basicAuth keeps its password hidden' });
  if (spec.basicAuth && spec.bearerToken !== undefined)
    problems.push({ path: '/bearerToken', message: 'cannot stand beside basicAuth' });
  if (spec.body !== undefined && (spec.method === 'GET' || spec.method === 'HEAD'))
    problems.push({ path: '/body', message: `cannot be sent with ${spec.method}` });
  for (const part of ['headers', 'secretHeaders'] as const)
    for (const [name, value] of Object.entries(spec[part] ?? {}))
      if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[\r\n\0]/.test(value))
        problems.push({ path: `/${part}/${name}`, message: 'is not a header (RFC 9110 §5)' });
  const json = (spec.json ?? []).flatMap((each, at) => {
    const path = parseJsonPath(each.path);
    return [
      ...(path.ok ? [] : [{ path: `/json/${at}/path`, message: path.reason }]),
      ...rangeProblems({ [`/json/${at}/warn`]: each.warn, [`/json/${at}/crit`]: each.crit }),
      ...patternProblems({ [`/json/${at}/matches`]: each.matches }),
    ];
  });
  const headers = (spec.expectHeaders ?? []).flatMap(({ matches }, at) =>
    patternProblems({ [`/expectHeaders/${at}/matches`]: matches }),
  );
  return [
    ...problems,
    ...json,
    ...headers,
    ...patternProblems({ '/bodyMatches': spec.bodyMatches }),
    ...rangeProblems({ '/latencyWarn': spec.latencyWarn, '/latencyCrit': spec.latencyCrit }),
  ];
}
