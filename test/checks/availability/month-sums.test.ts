// The simulated month of a site, as a report: whatever happened in it, all states together
// are the month, and every percentage adds up to one hundred.

import { expect, test } from 'vitest';
import { HOST_STATES, SERVICE_STATES } from '#kernel/domain/check-state.ts';
import { measureAvailability, type StateTimes } from '#checks/availability/availability.ts';
import { createReportWindow } from '#checks/availability/report-window.ts';
import { sharesOf } from '#checks/availability/shares.ts';
import { HOST_KIND, SERVICE_KIND, type HistoryRow } from '#checks/availability/state-history.ts';
import { berlin } from '../time-period/days-of-period.ts';
import { simulateMonth } from '../machine/month-site.ts';

const seed = Number(process.env['PLEXUS_SEED'] ?? 7);

const sumOf = (times: StateTimes<string>): number => Object.values(times).reduce((sum, { ms }) => sum + ms, 0);

test(`a month of 200 objects adds up, in all and in every bucket (PLEXUS_SEED=${String(seed)})`, () => {
  const { fromMs, toMs, nodes, history } = simulateMonth(seed);
  const wrong: string[] = [];
  let outages = 0;
  let downtimeMs = 0;
  for (const bucket of ['day', 'week', 'month'] as const) {
    const window = createReportWindow({ fromMs, toMs, zone: berlin, bucket });
    for (const counted of ['hard', 'soft'] as const) {
      for (const { id, object } of nodes) {
        const kind = object === 'host' ? HOST_KIND : SERVICE_KIND;
        const rows: readonly HistoryRow<string>[] = history.get(id) ?? [];
        const measured = measureAvailability<string>(rows, window, kind, { counted });
        const parts = measured.buckets();
        if (sumOf(measured.times) !== toMs - fromMs) wrong.push(`${id}: the month is not whole`);
        for (const { bucket: each, times } of parts)
          if (sumOf(times) !== each.toMs - each.fromMs) wrong.push(`${id}: ${each.label} is not whole`);
        for (const state of [...(object === 'host' ? HOST_STATES : SERVICE_STATES), 'undetermined']) {
          const inBuckets = parts.reduce((sum, { times }) => sum + (times[state]?.ms ?? 0), 0);
          if (inBuckets !== measured.times[state]?.ms) wrong.push(`${id}: buckets of ${state} are not the month`);
        }
        for (const times of [measured.times, ...parts.map((part) => part.times)]) {
          for (const downtime of ['included', 'excluded'] as const) {
            const shares = sharesOf(times, downtime);
            const total = Object.values(shares ?? {}).reduce((sum, share) => sum + share, 0);
            if (shares && total !== 100_000) wrong.push(`${id}: ${total} thousandths of a percent`);
          }
        }
        const bad = kind.outageStates.reduce((sum, state) => sum + (measured.times[state]?.ms ?? 0), 0);
        if (measured.outages.totalMs !== bad) wrong.push(`${id}: outages are not the time in bad states`);
        outages += measured.outages.outages.length;
        downtimeMs += Object.values(measured.times).reduce((sum, time) => sum + time.downtimeMs, 0);
      }
    }
  }
  expect(wrong.slice(0, 5)).toEqual([]);
  // The month was worth the trouble.
  expect(outages).toBeGreaterThan(500);
  expect(downtimeMs).toBeGreaterThan(0);
}, 60_000);
