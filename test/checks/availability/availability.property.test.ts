import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SERVICE_STATES, type ServiceState } from '#kernel/domain/check-state.ts';
import { measureAvailability, type StateTimes } from '#checks/availability/availability.ts';
import { createReportWindow } from '#checks/availability/report-window.ts';
import { judgeTarget, sharesOf } from '#checks/availability/shares.ts';
import { SERVICE_KIND, worstHistory, type HistoryRow } from '#checks/availability/state-history.ts';
import { UTC } from '#checks/time-period/time-zone.ts';
import { berlin, periodOf } from '../time-period/days-of-period.ts';
import { HOUR_MS } from './history-of.ts';

const FROM_MS = Date.parse('2026-03-20T00:00Z');
const instant = fc.integer({ min: FROM_MS - 10 * 24 * HOUR_MS, max: FROM_MS + 60 * 24 * HOUR_MS });
const history = fc
  .array(
    fc.record({
      atMs: instant,
      state: fc.constantFrom<(ServiceState | 'undetermined')[]>(...SERVICE_STATES, 'undetermined'),
      stateType: fc.constantFrom<('soft' | 'hard')[]>('soft', 'hard'),
      isInDowntime: fc.boolean(),
    }),
    { maxLength: 30 },
  )
  .map((rows): HistoryRow<ServiceState>[] => rows.toSorted((a, b) => a.atMs - b.atMs));
const office = periodOf({ monday: '09:00-17:00', sunday: '00:00-24:00', 'day 1': '02:00-03:00' }, berlin);
const window = fc
  .record({
    fromMs: instant,
    lengthMs: fc.integer({ min: 1, max: 45 * 24 * HOUR_MS }),
    bucket: fc.constantFrom(undefined, 'day' as const, 'week' as const, 'month' as const),
    zone: fc.constantFrom(UTC, berlin),
    period: fc.constantFrom(undefined, office),
  })
  .map(({ fromMs, lengthMs, bucket, zone, period }) =>
    createReportWindow({ fromMs, toMs: fromMs + lengthMs, zone, ...(bucket && { bucket }), ...(period && { period }) }),
  );

const sumOf = (times: StateTimes<ServiceState>): number => Object.values(times).reduce((sum, { ms }) => sum + ms, 0);

test('all states together are the time that counts; their shares are one hundred percent', () => {
  fc.assert(
    fc.property(history, window, fc.constantFrom('soft' as const, 'hard' as const), (rows, report, counted) => {
      const { times } = measureAvailability(rows, report, SERVICE_KIND, { counted });
      expect(sumOf(times)).toBe(report.counted.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0));
      for (const downtime of ['included', 'excluded'] as const) {
        const shares = sharesOf(times, downtime);
        if (!shares) continue;
        expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBe(100_000);
        expect(Object.values(shares).every((share) => Number.isInteger(share) && share >= 0)).toBe(true);
      }
    }),
  );
});

test('buckets lie side by side, fill the window and add up to it', () => {
  fc.assert(
    fc.property(history, window, (rows, report) => {
      const { times, buckets } = measureAvailability(rows, report, SERVICE_KIND);
      let atMs = report.fromMs;
      for (const { fromMs, toMs } of report.buckets) {
        expect(fromMs).toBe(atMs);
        atMs = toMs;
      }
      expect(atMs).toBe(report.toMs);
      for (const state of [...SERVICE_STATES, 'undetermined'] as const)
        expect(buckets().reduce((sum, each) => sum + each.times[state].ms, 0)).toBe(times[state].ms);
    }),
  );
});

test('outages are the time in outage states; unplanned is never more than all', () => {
  fc.assert(
    fc.property(history, window, (rows, report) => {
      const { times, outages, unplannedOutages } = measureAvailability(rows, report, SERVICE_KIND);
      const inOutage = [times.critical, times.unknown];
      expect(outages.totalMs).toBe(inOutage.reduce((sum, { ms }) => sum + ms, 0));
      expect(unplannedOutages.totalMs).toBe(inOutage.reduce((sum, { ms, downtimeMs }) => sum + ms - downtimeMs, 0));
      expect(unplannedOutages.outages.length).toBeLessThanOrEqual(outages.outages.length);
      for (const { ms, downtimeMs } of Object.values(times)) expect(downtimeMs).toBeLessThanOrEqual(ms);
    }),
  );
});

test('the same history measured by day or at once gives the same', () => {
  fc.assert(
    fc.property(history, (rows) => {
      const range = { fromMs: FROM_MS, toMs: FROM_MS + 30 * 24 * HOUR_MS, zone: berlin };
      const whole = measureAvailability(rows, createReportWindow(range), SERVICE_KIND);
      const byDay = measureAvailability(rows, createReportWindow({ ...range, bucket: 'day' }), SERVICE_KIND);
      expect(byDay.times).toEqual(whole.times);
      expect(byDay.outages).toEqual(whole.outages);
    }),
  );
});

test('a group with any member down is never more available than one of its members', () => {
  fc.assert(
    fc.property(fc.array(history, { minLength: 1, maxLength: 4 }), (members) => {
      const known = members.map((rows): HistoryRow<ServiceState>[] => [
        { atMs: 0, state: 'ok', stateType: 'hard', isInDowntime: false },
        ...rows.filter(({ state }) => state !== 'undetermined'),
      ]);
      const report = createReportWindow({ fromMs: FROM_MS, toMs: FROM_MS + 30 * 24 * HOUR_MS, zone: UTC });
      const percent = (rows: HistoryRow<ServiceState>[]): number =>
        judgeTarget(measureAvailability(rows, report, SERVICE_KIND).times, SERVICE_KIND, {
          targetPercent: 99,
          downtime: 'included',
        }).availablePercent ?? NaN;
      const group = percent(worstHistory(known, SERVICE_KIND.states, 'hard'));
      for (const rows of known) expect(group).toBeLessThanOrEqual(percent(rows));
    }),
  );
});
