// The list of checks: terms of its filter as chips, selected rows, and the list as a file.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCheckQuery } from '#checks/query-text.ts';
import type { StateCount } from '#web/contract/check-views.ts';
import type { Check } from '#web/contract/checks.ts';
import { checksCsv } from '#web/ui/screens/checks/checks-csv.ts';
import {
  checksPath,
  hasTerm,
  placeOfProblem,
  quotedValue,
  termsOf,
  toggleTerm,
} from '#web/ui/screens/checks/filter-terms.ts';
import { countOf, filterOf, totalOf, worstGroupsFirst } from '#web/ui/screens/check-overview/overview-counts.ts';
import { extendTo, isSelected, NOTHING, toggleRow } from '#web/ui/screens/checks/selection.ts';

describe('terms of a filter', () => {
  const split: [string, string[]][] = [
    ['', []],
    ['  disk   web ', ['disk', 'web']],
    ['output:"no route" disk', ['output:"no route"', 'disk']],
    [String.raw`output:"a \" b" c`, [String.raw`output:"a \" b"`, 'c']],
    ['host:"a b",c', ['host:"a b",c']],
    ['output:"open end', ['output:"open end']],
  ];
  for (const [filter, terms] of split)
    test(JSON.stringify(filter), () => expect(termsOf(filter).map(({ text }) => text)).toEqual(terms));

  test('a chip goes on in front, and off again wherever it stands, leaving the rest', () => {
    expect(toggleTerm('disk', 'is:unhandled')).toBe('is:unhandled disk');
    expect(toggleTerm('disk IS:Unhandled output:"a b"', 'is:unhandled')).toBe('disk output:"a b"');
    expect(hasTerm('disk is:unhandled', 'is:unhandled')).toBe(true);
    expect(hasTerm('output:"x is:unhandled"', 'is:unhandled')).toBe(false);
  });

  test('what the server understands, the chips take apart into the same number of terms', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'a:"\\ ,-'), maxLength: 12 });
    fc.assert(
      fc.property(letters, (filter) => {
        const parsed = parseCheckQuery(filter);
        if (parsed.ok) expect(termsOf(filter)).toHaveLength(parsed.value.length);
      }),
    );
  });

  test('any name stands in a filter as itself', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20 }), (name) => {
        expect(parseCheckQuery(`host:${quotedValue(name)}`)).toMatchObject({ ok: true, value: [{ values: [name] }] });
      }),
    );
    expect(checksPath('host:"a b"')).toBe('/checks?q=host%3A%22a%20b%22');
  });

  test('the place of a mistake is read from the answer', () => {
    expect(placeOfProblem({ 'query.q.12': 'why' })).toBe(12);
    expect(placeOfProblem({ 'spec.port': 'why' })).toBeNull();
  });
});

describe('selected rows', () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const chosen = (selection: typeof NOTHING): string => ids.filter((id) => isSelected(selection, id)).join('');

  test('x takes a row and gives it back, Shift and x take all up to it, either way', () => {
    const one = toggleRow(NOTHING, ids, 3);
    expect(chosen(one)).toBe('d');
    expect(chosen(toggleRow(one, ids, 3))).toBe('');
    expect(chosen(extendTo(one, ids, 1))).toBe('bcd');
    expect(chosen(extendTo(toggleRow(NOTHING, ids, 0), ids, 2))).toBe('abc');
    expect(chosen(extendTo(one, ids, 9))).toBe('d');
    expect(chosen(toggleRow(one, ids, 9))).toBe('d');
  });

  test('all but one is what is on screen but one', () => {
    const all = { ...NOTHING, isAll: true };
    expect(chosen(all)).toBe('abcde');
    expect(chosen(toggleRow(all, ids, 2))).toBe('abde');
  });
});

test('the file is read by spreadsheets, and nothing in it is run by them', () => {
  const check = {
    hostName: 'web-1',
    name: 'disk "/"',
    object: 'service',
    kind: 'plugin',
    state: 'critical',
    stateType: 'hard',
    acknowledged: 'none',
    downtimeDepth: 0,
    mutedBy: null,
    lastChangeAt: null,
    lastCheckAt: '2026-01-05T09:00:00.000Z',
    output: '=cmd(),\nx',
  };
  const lines = checksCsv([check as unknown as Check]).split('\r\n');
  expect(lines[0]).toBe(
    'host,check,object,kind,state,stateType,acknowledged,downtimeDepth,mutedBy,lastChangeAt,lastCheckAt,output',
  );
  expect(lines[1]).toBe(
    'web-1,"disk ""/""",service,plugin,critical,hard,none,0,,,2026-01-05T09:00:00.000Z,"\'=cmd(),\nx"',
  );
  expect(lines).toHaveLength(3);
});

describe('counts of the overview', () => {
  const count = (state: StateCount['state'], isHandled: boolean, count: number): StateCount => ({
    ...{ object: state === 'down' ? 'host' : 'service', state, isHandled, count },
  });
  const states = [
    count('critical', false, 3),
    count('critical', true, 4),
    count('ok', false, 90),
    count('down', false, 1),
  ];

  test('are summed by state, and lead to the list of what they counted', () => {
    expect(countOf(states, { object: 'service', state: 'critical' })).toBe(7);
    expect(countOf(states, { object: 'service', state: 'critical', isHandled: true })).toBe(4);
    expect(totalOf(states, 'service')).toBe(97);
    const filter = filterOf({ object: 'service', state: 'critical', isHandled: false }, 'group:web');
    expect(filter).toBe('object:service state:critical is:unhandled group:web');
    expect(parseCheckQuery(filter).ok).toBe(true);
  });

  test('groups with something critical that nobody has come first, calm ones by name', () => {
    const groups = [
      { name: 'calm-10', states: [count('ok', false, 5)] },
      { name: 'calm-2', states: [] },
      { name: 'handled', states: [count('critical', true, 50)] },
      { name: 'warned', states: [count('warning', false, 9)] },
      { name: 'burning', states: [count('critical', false, 1)] },
    ];
    expect(worstGroupsFirst(groups).map(({ name }) => name)).toEqual([
      ...['burning', 'warned', 'handled', 'calm-2', 'calm-10'],
    ]);
  });
});
