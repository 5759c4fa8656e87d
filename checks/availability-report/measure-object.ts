// One object of a report, from its history. Pure.

import { measureAvailability } from '../availability/availability.ts';
import type { OutageSummary } from '../availability/outages.ts';
import type { ReportWindow } from '../availability/report-window.ts';
import { judgeTarget } from '../availability/shares.ts';
import { HOST_KIND, SERVICE_KIND, type HistoryRow, type StateKind } from '../availability/state-history.ts';
import type { AvailabilityQuestion, ObjectAvailability, OutageFigures } from '../availability-api.ts';
import { figuresOf } from './figures.ts';
import type { ReportObject } from './report-scope.ts';

const MOST_LISTED = 200;

export const kindOf = (object: 'host' | 'service'): StateKind<string> => (object === 'host' ? HOST_KIND : SERVICE_KIND);

export function measureObject(
  object: ReportObject,
  history: readonly HistoryRow<string>[],
  window: ReportWindow,
  asked: Pick<AvailabilityQuestion, 'counted' | 'targetPercent' | 'downtime'> & {
    withBuckets: boolean;
    withOutages: boolean;
  },
): ObjectAvailability {
  const kind = kindOf(object.object);
  const measured = measureAvailability(history, window, kind, { counted: asked.counted });
  const unplanned = new Set(measured.unplannedOutages.outages.map(({ fromMs }) => fromMs));
  return {
    ...object,
    ...figuresOf(measured.times, kind),
    outages: outageFigures(measured.outages),
    unplannedOutages: outageFigures(measured.unplannedOutages),
    outageList: asked.withOutages
      ? measured.outages.outages
          .slice(-MOST_LISTED)
          // One that was planned in part is listed from where it was not.
          .map((outage) => ({ ...outage, isPlanned: !isPartOf(outage, unplanned) }))
      : [],
    verdict: judgeTarget(measured.times, kind, asked),
    buckets: asked.withBuckets
      ? measured.buckets().map(({ bucket, times }) => ({ ...bucket, ...figuresOf(times, kind) }))
      : [],
  };
}

const outageFigures = ({ outages, ...figures }: OutageSummary): OutageFigures => ({
  ...figures,
  count: outages.length,
});

const isPartOf = ({ fromMs, toMs }: { fromMs: number; toMs: number }, starts: ReadonlySet<number>): boolean =>
  starts.has(fromMs) || [...starts].some((start) => start > fromMs && start < toMs);
