// The form of a check: fields from the schema of its kind, and what is sent is what was given.

import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import type { CheckDetail } from '#web/contract/checks.ts';
import { draftOf, settingsToSend } from '#web/ui/screens/checks/check-draft.ts';
import { inFamilies } from '#web/ui/screens/checks/kind-words.ts';
import { beginSpec, layOut } from '#web/ui/screens/checks/spec-layout.ts';
import { fieldsOf, humanName, specToSend, type SpecField } from '#web/ui/screens/checks/spec-schema.ts';

const fieldOf = (schema: unknown): SpecField | undefined => fieldsOf({ properties: { it: schema } })?.[0]?.field;

const shapes: [string, unknown, object][] = [
  ['a text', Type.String({ maxLength: 200 }), { type: 'text', isSecret: false, isLong: false }],
  ['a long text', Type.String({ maxLength: 65_536 }), { type: 'text', isLong: true }],
  ['a secret', Type.String({ maxLength: 65_536, 'x-secret': true }), { type: 'text', isSecret: true, isLong: false }],
  ['a port', Type.Integer({ minimum: 1, maximum: 65_535 }), { type: 'number', isInteger: true, min: 1, max: 65_535 }],
  ['a share', Type.Number(), { type: 'number', isInteger: false, min: undefined }],
  ['a switch', Type.Boolean(), { type: 'flag' }],
  ['words', Type.Union([Type.Literal('a'), Type.Literal('b')]), { type: 'choice', values: ['a', 'b'] }],
  ['an enum', { type: 'string', enum: ['a', 'b'] }, { type: 'choice', values: ['a', 'b'] }],
  ['arguments', Type.Array(Type.String()), { type: 'lines', hasNumbers: false }],
  ['numbers', Type.Array(Type.Integer()), { type: 'lines', hasNumbers: true }],
  ['numbers or texts', Type.Array(Type.Union([Type.Integer(), Type.String()])), { type: 'lines', hasNumbers: true }],
  ['headers', Type.Record(Type.String(), Type.String()), { type: 'map', isSecret: false }],
  ['secret headers', Type.Record(Type.String(), Type.String({ 'x-secret': true })), { type: 'map', isSecret: true }],
  ['an object', Type.Object({ a: Type.String() }), { type: 'group', fields: [{ name: 'a' }] }],
  ['objects', Type.Array(Type.Object({ a: Type.String() })), { type: 'list', fields: [{ name: 'a' }] }],
  ['anything', Type.Unknown(), { type: 'json' }],
  ['one of two objects', Type.Union([Type.Object({}), Type.String()]), { type: 'json' }],
  ['a list of anything', Type.Array(Type.Unknown()), { type: 'json' }],
  ['no schema at all', 7, { type: 'json' }],
];
for (const [what, schema, field] of shapes) {
  test(`${what} becomes a field`, () => expect(fieldOf(JSON.parse(JSON.stringify(schema)))).toMatchObject(field));
}

test('a field is required when nothing stands for it', () => {
  const schema = Type.Object({
    must: Type.String({ description: 'why' }),
    may: Type.Optional(Type.String()),
    usual: Type.Integer({ default: 5 }),
  });
  expect(fieldsOf(schema)).toMatchObject([
    { name: 'must', isRequired: true, description: 'why' },
    { name: 'may', isRequired: false },
    { name: 'usual', isRequired: false, default: 5 },
  ]);
  expect(fieldsOf({ type: 'string' })).toBeNull();
  expect(fieldsOf(undefined)).toBeNull();
});

describe('settings survive their form', () => {
  const schema = Type.Object({
    command: Type.Array(Type.String()),
    status: Type.Array(Type.Union([Type.Integer(), Type.String()])),
    headers: Type.Record(Type.String(), Type.String()),
    tls: Type.Object({ verify: Type.Boolean(), name: Type.Optional(Type.String()) }),
    oids: Type.Array(Type.Object({ oid: Type.String(), unit: Type.Optional(Type.String()) })),
  });
  const fields = fieldsOf(JSON.parse(JSON.stringify(schema))) ?? [];
  const specs: [string, Record<string, unknown>][] = [
    ['all of them', { command: ['/bin/x', '-w', '100,20%'], status: [200, '3xx'], headers: { accept: 'x' } }],
    ['what is false or zero', { tls: { verify: false }, count: 0 }],
    ['what has no field', { later: { a: [1] }, oids: [{ oid: '.1.3', other: 1 }] }],
  ];
  for (const [what, spec] of specs) test(what, () => expect(specToSend(fields, spec)).toEqual(spec));

  test('what is empty is left out, and what looks like a number is one', () => {
    const typed = { command: ['/bin/x', ' -v ', ''], status: ['200', '2xx', ''], headers: {}, tls: { name: '' } };
    expect(specToSend(fields, { ...typed, oids: [{ oid: '.1', unit: '' }], gone: undefined })).toEqual({
      command: ['/bin/x', '-v'],
      status: [200, '2xx'],
      oids: [{ oid: '.1' }],
    });
  });
});

test('a new check begins with what its kind and we think usual', () => {
  const fields = fieldsOf(Type.Object({ port: Type.Integer(), retries: Type.Integer({ default: 2 }) })) ?? [];
  expect(beginSpec('tcp', fields)).toEqual({ port: 22, retries: 2 });
  expect(beginSpec('unheard', fields)).toEqual({ retries: 2 });
});

test('known kinds show our choice of settings, others what is required and the first few', () => {
  const names = (kind: string, count: number): string[] => {
    const fields = fieldsOf(
      Type.Object(
        Object.fromEntries(Array.from({ length: count }, (_, at) => [`s${at}`, Type.Optional(Type.String())])),
      ),
    );
    return layOut(kind, [...(fields ?? []), ...(fieldsOf(Type.Object({ port: Type.Integer() })) ?? [])]).open.map(
      ({ name }) => name,
    );
  };
  expect(names('tcp', 6)).toEqual(['port']);
  expect(names('unheard', 6)).toEqual(['s0', 's1', 's2', 's3', 'port']);
});

test('kinds stand in families, and one that is newer than the console among the others', () => {
  const kinds = ['passive', 'http', 'telepathy', 'tcp'].map((kind) => ({ kind }));
  expect(inFamilies(kinds).map(({ family, kinds: of }) => [family, ...of.map(({ kind }) => kind)])).toEqual([
    ['network', 'http', 'tcp'],
    ['outside', 'passive'],
    ['other', 'telepathy'],
  ]);
});

test('only settings that say something are sent', () => {
  expect(settingsToSend({ isVolatile: false, checkPeriod: null, flap: {}, stalking: [] })).toEqual({
    isVolatile: false,
    checkPeriod: null,
    stalking: [],
  });
});

test('a new check has the usual rhythm, an old one its own', () => {
  expect(draftOf(null, 'h1')).toMatchObject({ hostId: 'h1', kind: 'http', intervalSec: 60, spec: {}, settings: {} });
  const old = { kind: 'ping', hostId: 'h2', intervalSec: 5, enabled: false, settings: { isVolatile: true } };
  expect(draftOf(old as unknown as CheckDetail, 'h1')).toMatchObject(old);
});

test('names of settings are read as words', () => {
  expect(['expectStatus', 'warn_status', 'url', 'ipVersion'].map(humanName)).toEqual([
    ...['Expect status', 'Warn status', 'Url', 'Ip version'],
  ]);
});
