// Histories for tests, written as an operator would tell them.

import type { ServiceState } from '#kernel/domain/check-state.ts';
import { createReportWindow, type ReportWindow } from '#checks/availability/report-window.ts';
import type { HistoryRow } from '#checks/availability/state-history.ts';
import { UTC } from '#checks/time-period/time-zone.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const MONDAY_MS = Date.parse('2026-06-01T00:00Z');

/** `60 critical`, `90 critical soft`, `120 ok downtime`: minutes since Monday 2026-06-01, state, and what else holds. */
export function historyOf(...lines: string[]): HistoryRow<ServiceState>[] {
  return lines.map((line) => {
    const [minutes, state, ...more] = line.split(' ');
    return {
      atMs: MONDAY_MS + Number(minutes) * MINUTE_MS,
      state: state as ServiceState,
      stateType: more.includes('soft') ? 'soft' : 'hard',
      isInDowntime: more.includes('downtime'),
    };
  });
}

/** Monday, from its first to its last minute. */
export const oneDay: ReportWindow = createReportWindow({
  fromMs: MONDAY_MS,
  toMs: MONDAY_MS + 24 * HOUR_MS,
  zone: UTC,
});
