// Settings of a metric check: which number is made of the metrics of a host, and its
// limits. Without one of the ways below it is the latest value.

import Type, { type Static, type TSchema } from 'typebox';
import { parseThresholdRange } from '#wire/threshold-range.ts';

const MetricName = Type.String({ minLength: 1, maxLength: 255 });
const RangeText = Type.String({ maxLength: 100, description: 'Nagios range: 80, 10:, ~:5, @10:20.' });
const GroupName = Type.String({ minLength: 1, maxLength: 255 });
const closed = <Properties extends Record<string, TSchema>>(properties: Properties, description: string) =>
  Type.Object(properties, { additionalProperties: false, description });

const DAY_SEC = 86_400;

export const MetricSpec = Type.Object(
  {
    metric: MetricName,
    plus: Type.Optional(Type.Array(MetricName, { maxItems: 10, description: 'Metrics whose values are added.' })),
    percentOf: Type.Optional({ ...MetricName, description: 'Metric that counts as 100 %.' }),
    unit: Type.Optional(Type.String({ maxLength: 10, pattern: "^[^\\d.,;='\\s]*$" })),
    warn: Type.Optional(RangeText),
    crit: Type.Optional(RangeText),
    maxAgeSec: Type.Number({ default: 180, minimum: 1, maximum: DAY_SEC, description: 'Older values are UNKNOWN.' }),
    missingState: Type.Union(
      [Type.Literal('unknown'), Type.Literal('ok'), Type.Literal('warning'), Type.Literal('critical')],
      { default: 'unknown', description: 'State when there is no value.' },
    ),
    overrides: Type.Optional(
      Type.Array(
        closed(
          { group: GroupName, warn: Type.Optional(RangeText), crit: Type.Optional(RangeText) },
          'Limits of the hosts of a group.',
        ),
        { maxItems: 50, description: 'The first whose group the host is in counts.' },
      ),
    ),
    over: Type.Optional(
      closed(
        {
          windowSec: Type.Integer({ minimum: 60, maximum: 7 * DAY_SEC }),
          agg: Type.Union([Type.Literal('avg'), Type.Literal('min'), Type.Literal('max'), Type.Literal('last')], {
            default: 'avg',
          }),
        },
        'Average, lowest, highest or last value of a while.',
      ),
    ),
    rate: Type.Optional(
      closed(
        { windowSec: Type.Integer({ minimum: 30, maximum: 3600, default: 300 }) },
        'Growth of a counter per second; a counter that starts anew is no fall.',
      ),
    ),
    absence: Type.Optional(closed({}, 'Seconds since the metric was heard, against warn and crit.')),
    sameEverywhere: Type.Optional(
      closed(
        {
          group: Type.Optional({ ...GroupName, description: "Group to compare; without it, the host's cluster." }),
          tolerance: Type.Number({ minimum: 0, default: 0 }),
          tolerancePercent: Type.Number({ minimum: 0, maximum: 100, default: 0 }),
        },
        'Number of hosts whose value differs from that of the others; WARNING from one on, if no limit is given.',
      ),
    ),
    forecast: Type.Optional(
      closed(
        {
          limit: Type.Number({ default: 100, description: 'Value that must not be reached, such as 100 %.' }),
          direction: Type.Union([Type.Literal('rising'), Type.Literal('falling')], { default: 'rising' }),
          windowSec: Type.Integer({ minimum: 600, maximum: 30 * DAY_SEC, default: 6 * 3600 }),
          minPoints: Type.Integer({ minimum: 5, maximum: 60, default: 20 }),
        },
        'Hours until a limit is reached; warn and crit say how many must be left, such as 24: and 4:.',
      ),
    ),
    baseline: Type.Optional(
      closed(
        {
          by: Type.Union([Type.Literal('time_of_week'), Type.Literal('time_of_day')], { default: 'time_of_week' }),
          weeks: Type.Integer({ minimum: 1, maximum: 8, default: 4 }),
          side: Type.Union([Type.Literal('both'), Type.Literal('above'), Type.Literal('below')], { default: 'both' }),
          minSpread: Type.Number({ minimum: 0, default: 0, description: 'Smaller spreads count as this one.' }),
        },
        'How many times the usual spread the value is away from what is usual at this time; warn 3 and crit 6 fit most.',
      ),
    ),
  },
  { additionalProperties: false },
);
export type MetricSpec = Static<typeof MetricSpec>;

const WAYS = ['over', 'rate', 'absence', 'sameEverywhere', 'forecast', 'baseline'] as const;
interface Problem {
  path: string;
  message: string;
}

/** What the schema cannot say. */
export function metricProblems(spec: MetricSpec): Problem[] {
  const limits = [
    { at: '', warn: spec.warn, crit: spec.crit },
    ...(spec.overrides ?? []).map(({ warn, crit }, index) => ({ at: `/overrides/${index}`, warn, crit })),
  ];
  return [
    ...ways(spec),
    ...limits.flatMap(({ at, warn, crit }, index) =>
      warn === undefined && crit === undefined && !(index === 0 && spec.sameEverywhere)
        ? [{ path: at, message: 'needs warn, crit or both' }]
        : [],
    ),
    ...limits.flatMap(({ at, ...texts }) =>
      (['warn', 'crit'] as const).flatMap((name) => rangeProblems(`${at}/${name}`, texts[name], spec)),
    ),
  ];
}

function ways(spec: MetricSpec): Problem[] {
  const given = WAYS.filter((way) => spec[way] !== undefined);
  if (given.length > 1) return [{ path: `/${given[1]}`, message: `cannot be combined with ${given[0]}` }];
  return spec.absence && (spec.plus || spec.percentOf !== undefined)
    ? [{ path: '/absence', message: 'looks at one metric only: leave out plus and percentOf' }]
    : [];
}

function rangeProblems(path: string, text: string | undefined, spec: MetricSpec): Problem[] {
  if (text === undefined) return [];
  const range = parseThresholdRange(text);
  if (!range.ok) return [{ path, message: range.reason }];
  // "4" alone would alert above four hours, which is when all is well.
  return spec.forecast && (range.value.end !== Infinity || range.value.alertsInside)
    ? [{ path, message: 'is the number of hours that must be left: write it with a colon, such as 4:' }]
    : [];
}
