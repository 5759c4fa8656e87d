import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileTimePeriods } from '#checks/time-period/compile-periods.ts';
import { isInPeriod, nextInvalidMs, nextValidMs, rangesBetween } from '#checks/time-period/time-period.ts';
import { UTC } from '#checks/time-period/time-zone.ts';
import { at, periodOf, zoneNamed } from './days-of-period.ts';

const zones = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Apia'].map(zoneNamed);
const days = [
  'monday',
  'sunday',
  'day -1',
  'day 28 - 3',
  'monday 1',
  'thursday -1 november',
  'january 1',
  'march 20 - april 2 / 2',
  '2026-10-25',
];

const clock = fc.integer({ min: 0, max: 24 * 12 }).map((fives) => fives * 5);
const timeText = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
const times = fc
  .array(fc.tuple(clock, clock), { minLength: 1, maxLength: 3 })
  .map((ranges) => ranges.map(([a, b]) => `${timeText(Math.min(a, b))}-${timeText(Math.max(a, b))}`).join(','));
const directives = fc.dictionary(fc.constantFrom(...days), times, { maxKeys: 6 });
const period = fc
  .tuple(directives, directives, fc.constantFrom(...zones))
  .map(([own, excluded, zone]) =>
    periodOf({ ...own, exclude: 'other' }, zone, [{ timeperiod_name: 'other', ...excluded }]),
  );
const instant = fc
  .integer({ min: at('2026-01-01T00:00Z') / 60_000, max: at('2027-12-31T00:00Z') / 60_000 })
  .map((m) => m * 60_000);

test('the next instant inside is inside, and nothing between is', () => {
  fc.assert(
    fc.property(
      period,
      instant,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }),
      (p, fromMs, probes) => {
        const nextMs = nextValidMs(p, fromMs);
        if (nextMs !== undefined) expect(isInPeriod(p, nextMs)).toBe(true);
        const untilMs = nextMs ?? fromMs + 30 * 86_400_000;
        for (const probe of probes) {
          const betweenMs = fromMs + Math.floor((untilMs - fromMs) * probe);
          if (betweenMs < untilMs) expect(isInPeriod(p, betweenMs)).toBe(false);
        }
      },
    ),
  );
});

test('the next instant outside is outside, and everything between is inside', () => {
  fc.assert(
    fc.property(
      period,
      instant,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }),
      (p, fromMs, probes) => {
        const nextMs = nextInvalidMs(p, fromMs);
        if (nextMs === undefined) return;
        expect(isInPeriod(p, nextMs)).toBe(false);
        for (const probe of probes) {
          const betweenMs = fromMs + Math.floor((nextMs - fromMs) * probe);
          if (betweenMs < nextMs) expect(isInPeriod(p, betweenMs)).toBe(true);
        }
      },
    ),
  );
});

test('ranges are in order, do not touch, and are what asking instant by instant says', () => {
  fc.assert(
    fc.property(period, instant, fc.integer({ min: 0, max: 5000 }), (p, fromMs, minutes) => {
      const toMs = fromMs + minutes * 60_000;
      const ranges = rangesBetween(p, fromMs, toMs);
      let lastTo = -Infinity;
      for (const range of ranges) {
        expect(range.fromMs).toBeGreaterThan(lastTo);
        expect(range.toMs).toBeGreaterThan(range.fromMs);
        lastTo = range.toMs;
      }
      for (let atMs = fromMs; atMs < toMs; atMs += 7 * 60_000)
        expect(isInPeriod(p, atMs)).toBe(ranges.some((range) => atMs >= range.fromMs && atMs < range.toMs));
    }),
  );
});

test('any text as a directive gives a period or a problem, never a crash', () => {
  const piece = fc.constantFrom(
    'monday',
    'day',
    '-1',
    '1',
    '-',
    '/',
    '2026-02-29',
    'may',
    '09:00-10:00',
    ',',
    '24:00',
    ' ',
    '٣',
    '$',
  );
  const mutant = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(' ')),
  );
  fc.assert(
    fc.property(mutant, mutant, (day, text) => {
      const { periods, problems } = compileTimePeriods([{ timeperiod_name: 'p', [day]: text }], UTC);
      expect(periods.size + Math.min(1, problems.length)).toBe(1);
      for (const p of periods.values()) nextValidMs(p, at('2026-06-01T00:00Z'));
    }),
    { numRuns: 500 },
  );
});
