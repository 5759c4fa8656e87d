// What a series of Prometheus is called here: which cluster, which host, which
// metric. Pure.

import type { Slope } from '#kernel/domain/metric.ts';

export interface PlacedSeries {
  cluster: string;
  host: string;
  /** `name`, or `name{label="value",…}` with the labels that tell it from its siblings, sorted. */
  metric: string;
}

// Labels that say where a series comes from, and so are not part of its name.
const PLACE_LABELS = new Set(['__name__', 'instance', 'job', 'cluster']);

/**
 * Host = `instance` without its port; cluster = the label `cluster`, else `job`, else the given one.
 * Undefined when there is no name or no host to be had.
 */
export function placeSeries(
  labels: ReadonlyMap<string, string>,
  usual: { cluster: string; host?: string },
): PlacedSeries | undefined {
  const name = labels.get('__name__') ?? '';
  const host = hostOf(labels.get('instance') ?? '') || (usual.host ?? '');
  if (name === '' || host === '') return undefined;
  const cluster = labels.get('cluster') || labels.get('job') || usual.cluster;
  return { cluster, host, metric: metricName(name, labels) };
}

/** `web-1:9100` → `web-1`, `[::1]:9100` → `::1`; what has no port stays. */
export function hostOf(instance: string): string {
  const [, bracketed, plain] = /^(?:\[(.+)\]|([^:]+))(?::\d+)?$/.exec(instance) ?? [];
  return bracketed ?? plain ?? instance;
}

export function metricName(name: string, labels: ReadonlyMap<string, string>): string {
  const own = [...labels]
    .filter(([label]) => !PLACE_LABELS.has(label))
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return own.length === 0 ? name : `${name}{${own.join(',')}}`;
}

const COUNTED = /_(total|count|sum|bucket)$/;

/** A counter by its declared type; by the custom of its name where no type is known. */
export function slopeOfFamily(name: string, type: string | undefined): Slope {
  if (type === 'counter') return 'positive';
  if (type === 'gauge') return 'both';
  return COUNTED.test(name) ? 'positive' : 'both';
}

/** TYPE and HELP are told of the family: a histogram's parts carry suffixes. */
export const familyName = (name: string, families: ReadonlyMap<string, unknown>): string =>
  families.has(name) ? name : name.replace(/_(total|count|sum|bucket|created)$/, '');
