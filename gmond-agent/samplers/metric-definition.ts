// What a metric tells of itself before its first value: the words and numbers of
// its metadata packet.

import type { ExtraElement } from '#wire/gmond-packet.ts';
import type { Slope } from '#kernel/domain/metric.ts';

type MetricType = 'string' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'float' | 'double';

export interface MetricDefinition {
  name: string;
  type: MetricType;
  /** printf format that receivers show the value with. */
  fmt: string;
  units: string;
  slope: Slope;
  tmaxSec: number;
  title: string;
  description: string;
  group: string;
  /** A change of at least so much between two collections sends the whole group; absent = only time does. */
  valueThreshold?: number;
  /** Pairs sent after TITLE, DESC and GROUP. */
  extra?: readonly ExtraElement[];
  /** Receivers forget it so long after its last metadata; absent = never. */
  dmaxSec?: number;
  /** It is another host's: `IP:NAME` of that host, and the name that it has there. */
  spoof?: { host?: string; name?: string };
}

/** Values of one reading by metric name; what could not be read is absent. */
export type Reading = Readonly<Record<string, number | string>>;

/** One source of values. Never throws for a source that the host does not have: its metrics are absent. */
export interface Sampler {
  read(): Promise<Reading>;
}
