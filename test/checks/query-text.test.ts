// The filter language of checks: what it accepts, where it stops making sense, and that
// what is printed is read back.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CHECK_FIELDS,
  CHECK_STATE_WORDS,
  CHECK_TRAITS,
  parseCheckQuery,
  printCheckQuery,
  type CheckTerm,
} from '#checks/query-text.ts';

const term = (field: CheckTerm['field'], values: string[], isNegated = false): CheckTerm => ({
  field,
  values,
  isNegated,
});

const read: [string, CheckTerm[]][] = [
  ['', []],
  ['   ', []],
  ['disk', [term('text', ['disk'])]],
  ['disk / full', [term('text', ['disk']), term('text', ['/']), term('text', ['full'])]],
  ['state:critical', [term('state', ['critical'])]],
  ['STATE:Critical,WARNING', [term('state', ['critical', 'warning'])]],
  ['host:web-*', [term('host', ['web-*'])]],
  ['-is:handled', [term('is', ['handled'], true)]],
  ['-disk', [term('text', ['disk'], true)]],
  ['- --x', [term('text', ['-']), term('text', ['--x'])]],
  ['output:"no route"', [term('output', ['no route'])]],
  [String.raw`output:"say \"no\" \\ \n"`, [term('output', [String.raw`say "no" \ \n`])]],
  ['host:"a,b",c', [term('host', ['a,b', 'c'])]],
  ['"http://x"', [term('text', ['http://x'])]],
  ['a,b', [term('text', ['a,b'])]],
  ['host:fe80::1', [term('host', ['fe80::1'])]],
  [
    'state:critical host:web-* is:unhandled object:host disk',
    [
      term('state', ['critical']),
      term('host', ['web-*']),
      term('is', ['unhandled']),
      term('object', ['host']),
      term('text', ['disk']),
    ],
  ],
];
for (const [text, terms] of read) {
  test(`understands ${JSON.stringify(text)}`, () => expect(parseCheckQuery(text)).toEqual({ ok: true, value: terms }));
}

const refused: [string, number, RegExp][] = [
  ['state:broken', 6, /state is one of ok, warning/],
  ['disk state:critical,broken', 20, /state is one of/],
  ['is:down', 3, /is is one of problem/],
  ['hots:web', 0, /“hots” is no field\. Known: state/],
  ['a -hots:web', 3, /“hots” is no field/],
  ['host:', 5, /a value is expected/],
  ['host: web', 5, /a value is expected/],
  ['host:a,', 7, /a value is expected/],
  ['host:a,,b', 7, /a value is expected/],
  ['output:"no', 7, /the closing " is missing/],
  ['""', 0, /something between the quotes/],
  ['"a"b', 3, /a blank is expected/],
  ['a"b"', 1, /a blank is expected/],
  ['x'.repeat(1001), 1000, /at most 1000 characters/],
  ['x '.repeat(51), 100, /at most 50 terms/],
];
for (const [text, at, reason] of refused) {
  test(`says where ${JSON.stringify(text.slice(0, 30))} stops making sense`, () =>
    expect(parseCheckQuery(text)).toEqual({ ok: false, at, reason: expect.stringMatching(reason) }));
}

const closed: Record<string, readonly string[]> = {
  state: CHECK_STATE_WORDS,
  is: CHECK_TRAITS,
  object: ['host', 'service'],
};
const anyValue = fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom(...'ab-"\\ ,:*%_\n\tü') });
const anyTerm: fc.Arbitrary<CheckTerm> = fc.constantFrom('text' as const, ...CHECK_FIELDS).chain((field) => {
  const words = closed[field];
  const value = words ? fc.constantFrom(...words) : anyValue;
  return fc.record({
    field: fc.constant(field),
    values: fc.array(value, { minLength: 1, maxLength: field === 'text' ? 1 : 4 }),
    isNegated: fc.boolean(),
  });
});

test('what is printed is read back as it was', () => {
  fc.assert(
    fc.property(fc.array(anyTerm, { maxLength: 6 }), (terms) => {
      const text = printCheckQuery(terms);
      fc.pre(text.length <= 1000);
      expect(parseCheckQuery(text)).toEqual({ ok: true, value: terms });
    }),
  );
});

test('any text is understood or refused at a place within it', () => {
  const words = fc.constantFrom('host:', 'state:', 'is:', 'ok', '"', '\\', ',', ' ', '-', '*', 'x', ':', '\u0000');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words).map((all) => all.join('')),
      ),
      (text) => {
        const answer = parseCheckQuery(text);
        if (answer.ok) expect(parseCheckQuery(printCheckQuery(answer.value))).toEqual(answer);
        else expect(answer.at).toBeLessThanOrEqual(text.length);
      },
    ),
  );
});
