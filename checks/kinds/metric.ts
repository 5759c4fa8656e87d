// Judges the latest value of a metric against Nagios ranges. A value that is missing
// or late is UNKNOWN: no news is not good news.

import Type, { type Static } from 'typebox';
import { formatPerfdata } from '#wire/perfdata.ts';
import { judgeValue, parseThresholdRange, type ThresholdRange } from '#wire/threshold-range.ts';
import { defineCheckKind, verdict, type CheckKind, type CheckTarget } from './check-kind.ts';

export interface LatestValue {
  value: number;
  /** When it was heard. */
  atMs: number;
  /** Seconds since it was heard, on the collector's own count. */
  tn: number;
}

/** Latest value of a metric of a host, from the live state of the collector; undefined when it was never heard. */
export type LatestMetric = (
  cluster: string,
  host: string,
  metric: string,
) => LatestValue | undefined | Promise<LatestValue | undefined>;

const MetricName = Type.String({ minLength: 1, maxLength: 255 });
const RangeText = Type.String({ maxLength: 100, description: 'Nagios range: 80, 10:, ~:5, @10:20.' });

const MetricSpec = Type.Object(
  {
    metric: MetricName,
    plus: Type.Optional(Type.Array(MetricName, { maxItems: 10, description: 'Metrics whose values are added.' })),
    percentOf: Type.Optional({ ...MetricName, description: 'Metric that counts as 100 %.' }),
    unit: Type.Optional(Type.String({ maxLength: 10, pattern: "^[^\\d.,;='\\s]*$" })),
    warn: Type.Optional(RangeText),
    crit: Type.Optional(RangeText),
    maxAgeSec: Type.Number({ default: 180, minimum: 1, maximum: 86_400, description: 'Older values are UNKNOWN.' }),
  },
  { additionalProperties: false },
);
type MetricSpec = Static<typeof MetricSpec>;

export const createMetricKind = (latestMetric: LatestMetric): CheckKind =>
  defineCheckKind({
    kind: 'metric',
    title: 'Metric against a limit',
    specSchema: MetricSpec,
    specProblems: (spec) => [
      ...(spec.warn === undefined && spec.crit === undefined
        ? [{ path: '', message: 'needs warn, crit or both' }]
        : []),
      ...(['warn', 'crit'] as const).flatMap((name) => {
        const range = parseThresholdRange(spec[name] ?? '0');
        return range.ok ? [] : [{ path: `/${name}`, message: range.reason }];
      }),
    ],
    compile(spec) {
      const ranges = { ...rangeOf('warn', spec.warn), ...rangeOf('crit', spec.crit) };
      const names = [spec.metric, ...(spec.plus ?? []), ...(spec.percentOf === undefined ? [] : [spec.percentOf])];
      return async ({ target, isSettling }) => {
        const values = await Promise.all(
          names.map((name) => latestMetric(target.series.cluster, target.series.host, name)),
        );
        const summed = sumUp(spec, names, values, target);
        // After a restart the values come within a collection interval; until then silence means nothing.
        if ('problem' in summed)
          return isSettling ? 'not_yet' : verdict('unknown', `METRIC UNKNOWN - ${summed.problem}`);
        const { value } = summed;
        const state = judgeValue(value, ranges);
        const uom = spec.percentOf === undefined ? (spec.unit ?? '') : '%';
        const perfdata = formatPerfdata([
          { label: spec.metric, value, uom, warn: spec.warn ?? null, crit: spec.crit ?? null, min: null, max: null },
        ]);
        return verdict(
          state,
          `METRIC ${state.toUpperCase()} - ${nameOf(spec)} is ${shorten(value)}${uom && ` ${uom}`}`,
          perfdata,
        );
      };
    },
  });

/** All values must be there and fresh: a sum with a hole in it would look like good news. */
function sumUp(
  spec: MetricSpec,
  names: string[],
  values: (LatestValue | undefined)[],
  target: CheckTarget,
): { value: number } | { problem: string } {
  const numbers: number[] = [];
  for (const [at, name] of names.entries()) {
    const latest = values[at];
    if (!latest) return { problem: `no value of ${name} from ${target.hostName}` };
    if (latest.tn > spec.maxAgeSec) return { problem: `${name} was last heard ${Math.round(latest.tn)} seconds ago` };
    numbers.push(latest.value);
  }
  const whole = spec.percentOf === undefined ? undefined : numbers.pop();
  const value = numbers.reduce((sum, number) => sum + number, 0);
  if (whole === undefined) return Number.isFinite(value) ? { value } : { problem: `${nameOf(spec)} is not a number` };
  return whole > 0 ? { value: (value / whole) * 100 } : { problem: `${spec.percentOf} is ${whole}` };
}

const nameOf = (spec: MetricSpec): string =>
  [spec.metric, ...(spec.plus ?? [])].join(' + ') + (spec.percentOf === undefined ? '' : ` of ${spec.percentOf}`);

const shorten = (value: number): string => String(Number(value.toPrecision(6)));

function rangeOf<Name extends 'warn' | 'crit'>(
  name: Name,
  text: string | undefined,
): { [key in Name]?: ThresholdRange } {
  const range = text === undefined ? undefined : parseThresholdRange(text);
  return range?.ok ? ({ [name]: range.value } as { [key in Name]?: ThresholdRange }) : {};
}
