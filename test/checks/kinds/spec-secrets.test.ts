// No secret of a check's settings shows in a copy that is meant to be shown.

import Type from 'typebox';
import { expect, test } from 'vitest';
import { httpKind } from '#checks/kinds/http.ts';
import { snmpKind } from '#checks/kinds/snmp.ts';
import { maskSecrets, restoreSecrets, secretSetting } from '#checks/kinds/spec-secrets.ts';
import { sqlKind } from '#checks/kinds/sql.ts';
import type { CheckKind } from '#checks/kinds/check-kind.ts';

const kinds: [string, CheckKind, Record<string, unknown>, unknown][] = [
  [
    'HTTP',
    httpKind,
    {
      url: 'https://a/',
      headers: { accept: '*/*' },
      secretHeaders: { 'x-key': 'k' },
      basicAuth: { user: 'ann', password: 'p' },
      bearerToken: 't',
    },
    {
      url: 'https://a/',
      headers: { accept: '*/*' },
      secretHeaders: { 'x-key': '[secret]' },
      basicAuth: { user: 'ann', password: '[secret]' },
      bearerToken: '[secret]',
    },
  ],
  ['SNMP', snmpKind, { community: 'c', oids: [{ oid: '1.3' }] }, { community: '[secret]', oids: [{ oid: '1.3' }] }],
  ['SQL', sqlKind, { user: 'u', password: 'p' }, { user: 'u', password: '[secret]' }],
];
test.each(kinds)('%s', (_, { specSchema }, spec, masked) => {
  expect(maskSecrets(specSchema, spec)).toEqual(masked);
});

test('a secret in a list, in a choice and of a wrong type is masked too', () => {
  const Secret = secretSetting('A secret.');
  const schema = Type.Object({
    list: Type.Array(Type.Object({ key: Secret })),
    choice: Type.Union([Type.Object({ token: Secret }), Type.Object({ name: Type.String() })]),
    either: Type.Union([Secret, Type.Null()]),
  });
  const spec = { list: [{ key: 1 }], choice: { token: 'a', name: 'b' }, either: 'c', other: 'd' };
  expect(maskSecrets(schema, spec)).toEqual({
    list: [{ key: '[secret]' }],
    choice: { token: '[secret]', name: 'b' },
    either: '[secret]',
    other: 'd',
  });
});

test.each([null, undefined, 5, 'text', ['a']])('settings that are none stay as they are: %j', (spec) => {
  expect(maskSecrets(sqlKind.specSchema, spec)).toEqual(spec);
});

test('what a screen sends back keeps its secrets, unless a new one was typed', () => {
  const kept = { password: 'old', headers: { key: 'k' }, users: [{ name: 'ann', password: 'a' }], port: 5 };
  const sent = {
    password: '[secret]',
    headers: { key: '[secret]', other: '[secret]' },
    users: [{ name: 'bob', password: '[secret]' }, { password: '[secret]' }],
    port: 6,
  };
  expect(restoreSecrets(sent, kept)).toEqual({
    password: 'old',
    headers: { key: 'k', other: '[secret]' },
    users: [{ name: 'bob', password: 'a' }, { password: '[secret]' }],
    port: 6,
  });
  expect(restoreSecrets({ password: 'new' }, kept)).toEqual({ password: 'new' });
  expect(restoreSecrets({ password: '[secret]' }, undefined)).toEqual({ password: '[secret]' });
});
