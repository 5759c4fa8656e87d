// Equal settings are compiled once, whoever runs them.

import Type from 'typebox';
import { expect, test } from 'vitest';
import { defineCheckKind, verdict } from '#checks/kinds/check-kind.ts';
import { createPreparations } from '#checks/kinds/preparations.ts';

function makeKind() {
  let compiled = 0;
  const kind = defineCheckKind({
    kind: 'counted',
    title: 'Counted',
    specSchema: Type.Object({ port: Type.Integer() }),
    compile: () => {
      compiled++;
      return () => Promise.resolve(verdict('ok', 'fine'));
    },
  });
  return { prepare: createPreparations(new Map([[kind.kind, kind]])), compiled: () => compiled };
}

test('checks with the same settings share what was compiled of them', () => {
  const { prepare, compiled } = makeKind();
  const spec = { port: 22 };
  expect(prepare({ kind: 'counted', spec })).toBe(prepare({ kind: 'counted', spec }));
  expect(prepare({ kind: 'counted', spec: { port: 23 } })).toMatchObject({ ok: true });
  expect(compiled()).toBe(2);
});

test('wrong settings say so each time, and an unknown kind has nothing to run', () => {
  const { prepare } = makeKind();
  expect(prepare({ kind: 'counted', spec: { port: 'ssh' } })).toMatchObject({ ok: false });
  expect(prepare({ kind: 'counted', spec: null })).toMatchObject({ ok: false });
  expect(prepare({ kind: 'telepathy', spec: {} })).toBeUndefined();
});
