// A source whose metrics are known only when it is read: one for each interface,
// disk or file system that is there at the moment. Bounded, with clean names.

import type { MetricDefinition, Reading, Sampler } from './metric-definition.ts';

/** A metric and its value; undefined while there is none, such as a rate at the first reading. */
export type Measured = readonly [metric: MetricDefinition, value: number | string | undefined];

export interface MeasuredSource extends Sampler {
  /** Those of the last reading, in its order; none before the first. */
  readonly metrics: readonly MetricDefinition[];
}

// A host with more disks or interfaces than this is a container host: thousands come and go.
const MOST_METRICS = 512;

/** What a name may hold so that no receiver, file system or graph tool stumbles over it. */
export const cleanName = (text: string): string => text.replaceAll(/[^A-Za-z0-9_.-]+/g, '_').slice(0, 120);

/** `measure` gives nothing when the host has no such thing. What comes after the 512th metric is left out. */
export function createMeasuredSource(measure: () => Promise<readonly Measured[]>): MeasuredSource {
  let metrics: readonly MetricDefinition[] = [];
  return {
    get metrics() {
      return metrics;
    },
    async read() {
      const reading: Record<string, number | string> = {};
      const found = new Map<string, MetricDefinition>();
      for (const [metric, value] of await measure()) {
        const name = cleanName(metric.name);
        if (found.size >= MOST_METRICS || found.has(name)) continue;
        found.set(name, name === metric.name ? metric : { ...metric, name });
        if (value !== undefined && (typeof value === 'string' || Number.isFinite(value))) reading[name] = value;
      }
      metrics = [...found.values()];
      return reading satisfies Reading;
    },
  };
}

/** A gauge of this name; `rest` says what is special about it. */
export const gauge = (name: string, description: string, rest: Partial<MetricDefinition>): MetricDefinition => ({
  ...{ name, type: 'float', fmt: '%.2f', units: '', slope: 'both', tmaxSec: 60 },
  ...{ title: description, description, group: 'system', ...rest },
});
