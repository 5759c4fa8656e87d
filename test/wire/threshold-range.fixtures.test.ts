// Threshold ranges against the verdicts of the real check_cluster.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAlerting, judgeValue, parseThresholdRange, type ThresholdRange } from '#wire/threshold-range.ts';
import { readJsonLines } from '../support/fixtures.ts';

interface Recorded {
  range: string;
  results: { value: number; exit: number; alert: boolean | null }[];
}

const recorded = readJsonLines<Recorded>('nagios', 'plugins', 'ranges.jsonl');

// The C library reads these as 0 or as "no threshold"; we refuse them when the check is saved.
const REFUSED_HERE = ['abc', ''];

const range = (text: string): ThresholdRange => {
  const parsed = parseThresholdRange(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
};

for (const { range: text, results } of recorded) {
  test(`${JSON.stringify(text)} judges as check_cluster does`, () => {
    const parsed = parseThresholdRange(text);
    if (REFUSED_HERE.includes(text) || results.every((result) => result.exit === 3)) {
      expect(parsed.ok).toBe(false);
      return;
    }
    const verdicts = results.map(({ value }) => ({ value, alert: isAlerting(range(text), value) }));
    expect(verdicts).toEqual(results.map(({ value, alert }) => ({ value, alert })));
  });
}

test.each(['~', '@', '@~', '5:abc', 'x:5', '1,5', '10:5', '1:2:3', ' 5', '1e3', '--1', '∞'])(
  '%j is refused with the place of the mistake',
  (text) => {
    expect(parseThresholdRange(text)).toMatchObject({ ok: false, reason: expect.any(String), at: expect.any(Number) });
  },
);

const ends: [string, number[], number[]][] = [
  ['10', [-0.1, 10.1], [0, 10]],
  ['10:', [9.9], [10, 1e12]],
  ['~:10', [10.1], [-1e12, 10]],
  ['10:20', [9.9, 20.1], [10, 20]],
  ['@10:20', [10, 20], [9.9, 20.1]],
  ['@10', [0, 10], [-0.1, 10.1]],
  [':5', [-1, 5.1], [0, 5]],
  ['-10:-5', [-10.5, -4.9], [-10, -5]],
];
test.each(ends)('%s: both ends of the range belong to it', (text, alerting, fine) => {
  expect(alerting.map((value) => isAlerting(range(text), value))).toEqual(alerting.map(() => true));
  expect(fine.map((value) => isAlerting(range(text), value))).toEqual(fine.map(() => false));
});

const judged: [number, string][] = [
  [50, 'ok'],
  [80, 'ok'],
  [80.1, 'warning'],
  [90.1, 'critical'],
];
test.each(judged)('%d against 80 and 90 is %s: critical is looked at first', (value, state) => {
  expect(judgeValue(value, { warn: range('80'), crit: range('90') })).toBe(state);
});

test('@ turns the verdict round, for every value', () => {
  const number = fc.integer({ min: -1000, max: 1000 });
  fc.assert(
    fc.property(number, number, number, (a, b, value) => {
      const text = `${Math.min(a, b)}:${Math.max(a, b)}`;
      expect(isAlerting(range(`@${text}`), value)).toBe(!isAlerting(range(text), value));
    }),
    { seed: 20_260_105 },
  );
});

test('any text is a range or a reason', () => {
  const piece = fc.constantFrom('@', '~', ':', '-', '.', '1', '20', 'a', ' ', '\0');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const parsed = parseThresholdRange(pieces.join(''));
      if (parsed.ok) expect(parsed.value.start).toBeLessThanOrEqual(parsed.value.end);
    }),
    { seed: 20_260_105, numRuns: 3000 },
  );
});
