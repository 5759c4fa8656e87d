// Carbon's plaintext protocol: one sample, one line, named as gmetad names it. Pure.
// Source: spec/ganglia.md §6.3 (carbon_*, graphite_*); Graphite documentation, "Feeding in your data".

import type { SeriesKey } from '#kernel/domain/metric.ts';

export interface CarbonNaming {
  /** Put before every name, with a dot; gmetad's graphite_prefix. */
  prefix?: string;
  /** gmetad's graphite_path: %s cluster, %h host, %m metric, %% a percent sign. Default `%s.%h.%m`. */
  path?: string;
}

/**
 * Name of a series in Graphite. Dots of a host become '_', since a dot is Graphite's separator; so does in any part
 * what would break the line (white space, control characters). Dots in metric names stay, as gmetad keeps them.
 */
export function carbonName(series: SeriesKey, naming: CarbonNaming = {}): string {
  const parts: Readonly<Record<string, string>> = {
    s: clean(series.cluster),
    h: clean(series.host).replaceAll('.', '_'),
    m: clean(series.metric),
    '%': '%',
  };
  const name = (naming.path ?? '%s.%h.%m').replace(/%(.)/g, (all, key: string) => parts[key] ?? all);
  return naming.prefix === undefined || naming.prefix === '' ? name : `${naming.prefix}.${name}`;
}

const clean = (text: string): string => (text === '' ? '_' : text.replace(/[\s\u0000-\u001f\u007f;]/g, '_'));

/** Carbon takes whole seconds. */
export const carbonLine = (name: string, value: number, atMs: number): string =>
  `${name} ${value} ${Math.floor(atMs / 1000)}\n`;
