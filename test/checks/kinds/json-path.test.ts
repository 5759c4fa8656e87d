// Ways into JSON: what is one, where it leads, and that it never leads out of the document.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJsonPath, readJsonPath } from '#checks/kinds/json-path.ts';

const document = { a: { b: [10, { 'c d': null, "it's": 1 }] }, '': 0, '0': 'zero', list: [] };

const found: [string, unknown][] = [
  ['$', document],
  ['$.a.b[0]', 10],
  ["$['a'].b[1]['c d']", null],
  ['$["a"]["b"][1]["it\'s"]', 1],
  ["$.a.b[1]['it\\'s']", 1],
  ["$['']", 0],
  ["$['0']", 'zero'],
  ['$[0]', undefined],
  ['$.a.b.length', 2],
  ['$.a.b[2]', undefined],
  ['$.list[0].x', undefined],
  ['$.__proto__', undefined],
  ['$.constructor.name', undefined],
  ['$.a.toString', undefined],
];
test.each(found)('%s', (text, value) => {
  const path = parseJsonPath(text);
  expect(path.ok && readJsonPath(document, path.value)).toEqual(value);
});

test.each(['', 'a.b', '$a', '$.', '$..a', '$[', '$[a]', '$[-1]', "$['a", '$.a b', '$[*]', `$${'.a'.repeat(40)}`])(
  '%j is no path',
  (text) => {
    expect(parseJsonPath(text)).toMatchObject({ ok: false });
  },
);

test('any text gives a path or a reason, and any path reads any document', () => {
  fc.assert(
    fc.property(
      fc.string().map((text) => `$${text}`),
      fc.jsonValue(),
      (text, value) => {
        const path = parseJsonPath(text);
        if (path.ok) readJsonPath(value, path.value);
        else expect(path.reason).not.toBe('');
      },
    ),
  );
});

test('a name written as a step is found again', () => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      const path = parseJsonPath(`$['${name.replaceAll(/['\\]/g, '\\$&')}']`);
      // `__proto__` in a literal would set what it names.
      const made: unknown = JSON.parse(`{${JSON.stringify(name)}: 1}`);
      expect(path.ok && readJsonPath(made, path.value)).toBe(1);
    }),
  );
});
