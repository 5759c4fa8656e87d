// The range in the URL and the step of a chart.

import { describe, expect, test } from 'vitest';
import { parseRange, spanOf, stepFor, withRange, type TimeRange } from '#web/ui/data/time-range.ts';

const HOUR: TimeRange = { kind: 'last', sec: 3600 };

describe('a range is read from the URL', () => {
  const cases: [string, string, TimeRange][] = [
    ['nothing is the last hour', '', HOUR],
    ['a quick pick', 'range=7d', { kind: 'last', sec: 604_800 }],
    ['an unknown pick is the last hour', 'range=fortnight', HOUR],
    ['two instants', 'from=1000000&to=2000000', { kind: 'fixed', fromMs: 1_000_000, toMs: 2_000_000 }],
    ['instants win over a pick', 'range=7d&from=0&to=60000', { kind: 'fixed', fromMs: 0, toMs: 60_000 }],
    ['an end before its beginning is the last hour', 'from=2000000&to=1000000', HOUR],
    ['words for instants are the last hour', 'from=yesterday&to=now', HOUR],
  ];
  for (const [what, url, expected] of cases) {
    test(what, () => expect(parseRange(new URLSearchParams(url))).toEqual(expected));
  }
  test('a page may have another usual range', () => {
    expect(parseRange(new URLSearchParams(), { kind: 'last', sec: 900 })).toEqual({ kind: 'last', sec: 900 });
  });
});

test('a range written to the URL is read back, and other parameters stay', () => {
  for (const range of [HOUR, { kind: 'last', sec: 31_536_000 }, { kind: 'fixed', fromMs: 5, toMs: 90_005 }] as const) {
    const params = withRange(new URLSearchParams('q=web&range=3h&from=1&to=2'), range);
    expect(params.get('q')).toBe('web');
    expect(parseRange(params)).toEqual(range);
  }
});

test('a live range ends now, a fixed one where it ends', () => {
  expect(spanOf(HOUR, 10_000_000)).toEqual({ fromMs: 6_400_000, toMs: 10_000_000 });
  expect(spanOf({ kind: 'fixed', fromMs: 1, toMs: 2 }, 10_000_000)).toMatchObject({ fromMs: 1, toMs: 2 });
});

describe('the step keeps a chart under its number of points', () => {
  const cases: [string, number][] = [
    ['a quarter of an hour', 900],
    ['a day', 86_400],
    ['a year', 31_536_000],
    ['ten years', 315_360_000],
  ];
  for (const [what, spanSec] of cases) {
    test(what, () => {
      const step = stepFor(spanSec * 1000, 260);
      expect(spanSec / step).toBeLessThanOrEqual(260);
    });
  }
  test('an hour is cut into quarters of a minute', () => expect(stepFor(3_600_000)).toBe(15));
});
