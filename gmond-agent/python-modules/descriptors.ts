// What metric_init returned, as metrics: the keys that gmond's Python modules use, with
// everything else as extra data. Source: spec/ganglia.md §1.5 and §8.

import { SLOPES, type Slope } from '#kernel/domain/metric.ts';
import type { MetricDefinition } from '../samplers/metric-definition.ts';

const TYPES: Readonly<Record<string, { type: MetricDefinition['type']; fmt: string }>> = {
  string: { type: 'string', fmt: '%s' },
  uint: { type: 'uint32', fmt: '%u' },
  int: { type: 'int32', fmt: '%d' },
  float: { type: 'float', fmt: '%f' },
  double: { type: 'double', fmt: '%f' },
};

const OWN_KEYS = new Set([
  'name',
  'time_max',
  'value_type',
  'units',
  'slope',
  'format',
  'description',
  'groups',
  'title',
]);
const LONGEST = { name: 200, text: 400 };
const MOST_DESCRIPTORS = 1000;

export type Descriptor = Readonly<Record<string, string | number | boolean>>;

/** Broken descriptors are left out; `name` in the result is what the module is asked by. */
export const metricsOf = (descriptors: readonly Descriptor[]): MetricDefinition[] =>
  descriptors.slice(0, MOST_DESCRIPTORS).flatMap((descriptor) => {
    const metric = metricOf(descriptor);
    return metric === undefined ? [] : [metric];
  });

function metricOf(descriptor: Descriptor): MetricDefinition | undefined {
  const textOf = (key: string, otherwise = '') => String(descriptor[key] ?? otherwise).slice(0, LONGEST.text);
  const name = textOf('name');
  const kind = TYPES[textOf('value_type', 'uint')];
  if (name === '' || name.length > LONGEST.name || kind === undefined) return undefined;
  // gmond keeps extra data in a table whose keys have no case.
  const extra = Object.entries(descriptor)
    .filter(([key]) => !OWN_KEYS.has(key))
    .map(([key, value]) => [key.toUpperCase(), String(value).slice(0, LONGEST.text)] as const);
  const [group = '', ...moreGroups] = textOf('groups')
    .split(/[\s,]+/)
    .filter(Boolean);
  const spoof = spoofOf(name, new Map(extra));
  const tmaxSec = Number(descriptor['time_max'] ?? 60);
  return {
    ...{
      name,
      ...kind,
      fmt: textOf('format', kind.fmt),
      units: textOf('units'),
      slope: slopeOf(textOf('slope', 'both')),
    },
    tmaxSec: tmaxSec > 0 && tmaxSec < 2 ** 31 ? Math.floor(tmaxSec) : 60,
    ...{ title: textOf('title'), description: textOf('description'), group },
    extra: [...moreGroups.map((other) => ['GROUP', other] as const), ...extra],
    ...(spoof !== undefined && { spoof }),
  };
}

const slopeOf = (word: string): Slope => SLOPES.find((slope) => slope === word.toLowerCase()) ?? 'unspecified';

/** SPOOF_NAME goes before the module's own name, which keeps it apart from our metric of that name. */
function spoofOf(name: string, extra: ReadonlyMap<string, string>): MetricDefinition['spoof'] {
  const [host, alias] = [extra.get('SPOOF_HOST'), extra.get('SPOOF_NAME')];
  const isBeat = extra.get('SPOOF_HEARTBEAT')?.toLowerCase() === 'yes' || alias?.toLowerCase() === 'heartbeat';
  if (host === undefined && alias === undefined && !isBeat) return undefined;
  // Without a name behind the address every receiver would refuse the packet.
  const isUsable = host !== undefined && /^.[^:]*:./.test(host);
  return {
    ...(isUsable && { host }),
    ...(isBeat
      ? { name: 'heartbeat' }
      : alias !== undefined && { name: alias === 'location' ? alias : `${alias}:${name}` }),
  };
}
