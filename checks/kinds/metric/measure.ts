// From the settings of a metric check to the number that is judged.

import { measureBaseline, measureForecast, measureOver, measureRate } from './measure-history.ts';
import { measureAbsence, measureLatest, measureOddOnes, type Asked } from './measure-live.ts';
import type { Measured } from './metric-sources.ts';

/** Rejects only when a source does. */
export function measure(asked: Omit<Asked, 'way'>): Promise<Measured> {
  const { over, rate, absence, sameEverywhere, forecast, baseline } = asked.spec;
  if (over) return measureOver({ ...asked, way: over });
  if (rate) return measureRate({ ...asked, way: rate });
  if (absence) return measureAbsence(asked);
  if (sameEverywhere) return measureOddOnes({ ...asked, way: sameEverywhere });
  if (forecast) return measureForecast({ ...asked, way: forecast });
  if (baseline) return measureBaseline({ ...asked, way: baseline });
  return measureLatest(asked);
}
