// Flapping in numbers that a real Nagios printed (spec §3.5).

import { expect, test } from 'vitest';
import { changePercent, decideFlapping, DEFAULT_FLAP_SETTINGS, quietHistory, recordState } from '#checks/flapping.ts';

const percents = (states: string): string[] => {
  let history = quietHistory('O');
  return [...states].map((state) => {
    history = recordState(history, state);
    return changePercent(history).toFixed(2);
  });
};

const cases: [string, string, string[]][] = [
  ['a quiet service', 'OOO', ['0.00', '0.00', '0.00']],
  ['one change fades as it ages', 'CCC', ['6.25', '6.12', '5.99']],
  ['alternation adds up', 'COCOCO', ['6.25', '12.37', '18.36', '24.21', '29.93', '35.53']],
  ['a change is forgotten after twenty more results', 'C'.repeat(21), expect.arrayContaining(['3.75', '0.00'])],
];
test.each(cases)('%s', (_, states, expected) => {
  expect(percents(states)).toEqual(expected);
});

test('restless without end is a hundred percent', () => {
  expect(percents('CO'.repeat(15)).at(-1)).toBe('100.00');
});

const verdicts: [string, boolean, number, boolean][] = [
  ['starts at the high threshold', false, 30, true],
  ['does not start just below it', false, 29.99, false],
  ['stays in between', true, 20.01, true],
  ['stays away in between', false, 25, false],
  ['stops at the low threshold', true, 20, false],
];
test.each(verdicts)('flapping %s', (_, was, percent, is) => {
  expect(decideFlapping(was, percent, DEFAULT_FLAP_SETTINGS)).toBe(is);
});

test('detection that is switched off ends flapping', () => {
  expect(decideFlapping(true, 90, { ...DEFAULT_FLAP_SETTINGS, isEnabled: false })).toBe(false);
});
