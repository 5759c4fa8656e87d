// Perfdata as samples of the metric history, beside the metrics of the same host.

import type { Sample } from '#kernel/domain/metric.ts';
import { parsePerfdata } from '#wire/perfdata.ts';
import type { HostSeries } from './host-series.ts';

export const perfdataMetricName = (checkName: string, label: string): string => `check.${checkName}.${label}`;

/** Values that could not be determined (`U`) are left out; of a label that comes twice the last one counts. */
export function perfdataSamples(checkName: string, series: HostSeries, perfdata: string, atMs: number): Sample[] {
  const values = new Map<string, number>();
  for (const { label, value } of parsePerfdata(perfdata).metrics) {
    if (value !== null) values.set(label, value);
  }
  return [...values].map(([label, value]) => ({
    cluster: series.cluster,
    host: series.host,
    // Checks know hosts by inventory, not by the address their packets come from.
    hostKey: series.host,
    metric: perfdataMetricName(checkName, label),
    value,
    atMs,
  }));
}
