// Answers a question about many series: finds them, reads them in one go, turns
// counters into rates, combines and ranks. Stands on either store.

import type { SeriesKey, Slope } from '#kernel/domain/metric.ts';
import { badRequest } from '#kernel/errors.ts';
import type { MetricHistory, RangeQuery, SeriesPoints } from '../history.ts';
import { combineSeries, type CombinedSeries, type Label } from './combine.ts';
import { compilePattern, type NamePattern } from './name-pattern.ts';
import { ratesOf, type RateKind } from './rate.ts';
import { topSeries, type TopOptions } from './top.ts';

export interface SeriesSelector {
  cluster?: NamePattern;
  host?: NamePattern;
  metric: NamePattern;
}

export interface MetricQuery extends Omit<RangeQuery, 'series'> {
  /** Series by name; each has an entry in the answer, in this order. */
  series: readonly SeriesKey[];
  /** Series by pattern, sorted, after those by name. */
  select: readonly SeriesSelector[];
  /** `auto`: of the series whose live metric is a counter. */
  rate: 'auto' | 'on' | 'off';
  combine?: { with: string; by: readonly Label[] };
  top?: TopOptions;
  /** Series that `select` may find at most. */
  maxSeries: number;
}

/** What the sender says of a metric. */
export interface SeriesDescription {
  slope: Slope;
  units: string;
}

interface AnsweredSeries extends CombinedSeries {
  rate: boolean;
  units: string;
}

interface MetricAnswer {
  series: AnsweredSeries[];
  /** Series found before they were combined and ranked. */
  matched: number;
}

interface MetricQueryDeps {
  history: Pick<MetricHistory, 'query' | 'listSeries'>;
  describe(series: SeriesKey): SeriesDescription | undefined;
}

/** Throws AppError `bad_pattern`, `too_many_series` or `history_bad_range`, all status 400. */
export async function answerMetricQuery(deps: MetricQueryDeps, query: MetricQuery): Promise<MetricAnswer> {
  const found = [...query.series, ...(await selectByPattern(deps.history, query))];
  const described = found.map((series) => {
    const description = deps.describe(series);
    return { series, units: description?.units ?? '', rate: rateKindOf(query.rate, description?.slope) };
  });
  const points = await readPoints(deps.history, query, described);
  const single = described.map(({ units, rate }, index): AnsweredSeries => {
    const { labels, points: read } = points[index] ?? { labels: EMPTY, points: [] };
    const isRate = rate !== undefined;
    return { labels, points: read, members: 1, rate: isRate, units: isRate ? `${units}/s` : units };
  });
  const combined = query.combine ? combineAnswers(single, { ...query, combine: query.combine }) : single;
  return { matched: found.length, series: query.top ? topSeries(combined, query.top) : combined };
}

const EMPTY: SeriesKey = { cluster: '', host: '', metric: '' };

const asExact = (pattern: NamePattern | undefined): string | undefined =>
  typeof pattern === 'string' ? pattern : undefined;

async function selectByPattern(history: Pick<MetricHistory, 'listSeries'>, query: MetricQuery): Promise<SeriesKey[]> {
  const found = new Map<string, SeriesKey>();
  for (const { cluster, host, metric } of query.select) {
    const [inCluster, onHost, isMetric] = [cluster, host, metric].map(compilePattern);
    const exact = { cluster: asExact(cluster), host: asExact(host), metric: asExact(metric) };
    const known = Object.entries(exact).filter(([, name]) => name !== undefined);
    for (const series of await history.listSeries(Object.fromEntries(known))) {
      if (!inCluster?.(series.cluster) || !onHost?.(series.host) || !isMetric?.(series.metric)) continue;
      found.set(`${series.cluster}\0${series.host}\0${series.metric}`, series);
    }
  }
  for (const { cluster, host, metric } of query.series) found.delete(`${cluster}\0${host}\0${metric}`);
  if (found.size > query.maxSeries) {
    throw badRequest(
      'too_many_series',
      `${found.size} series match; at most ${query.maxSeries} are accepted (maxSeries, up to 20000). Narrow the patterns.`,
      { matched: found.size },
    );
  }
  return [...found.values()];
}

function rateKindOf(wanted: MetricQuery['rate'], slope: Slope | undefined): RateKind | undefined {
  if (wanted === 'off') return undefined;
  if (slope === 'derivative') return 'derivative';
  return wanted === 'on' || slope === 'positive' ? 'counter' : undefined;
}

// Steps at which the store has its own points; the finest that is affordable shows resets and bursts best.
const FINE_STEPS_SEC = [1, 60, 600, 3600];
const MOST_FINE_POINTS = 400_000;
// The first rate needs a reading before the range; metrics are sent at least this often in practice.
const LEAD_SEC = 120;

async function readPoints(
  history: Pick<MetricHistory, 'query'>,
  query: MetricQuery,
  described: readonly { series: SeriesKey; rate: RateKind | undefined }[],
): Promise<SeriesPoints[]> {
  const { fromMs, toMs, stepSec, agg } = query;
  const plain = described.filter(({ rate }) => rate === undefined).map(({ series }) => series);
  const rated = described.filter(({ rate }) => rate !== undefined).map(({ series }) => series);
  const lengthSec = (toMs - fromMs) / 1000 + LEAD_SEC;
  const fine = FINE_STEPS_SEC.find((fit) => fit <= stepSec && (lengthSec / fit) * rated.length <= MOST_FINE_POINTS);
  const fineStepSec = fine ?? stepSec;
  const leadSec = Math.max(LEAD_SEC, fineStepSec);
  const readPlain = plain.length === 0 ? [] : await history.query({ series: plain, fromMs, toMs, stepSec, agg });
  const readRated =
    rated.length === 0
      ? []
      : await history.query({
          ...{ series: rated, toMs, stepSec: fineStepSec, agg: 'last' },
          fromMs: Math.max(0, fromMs - leadSec * 1000),
        });
  const plainPoints = readPlain.values();
  const ratedPoints = readRated.values();
  return described.map(({ series, rate }) => {
    const next = (rate === undefined ? plainPoints : ratedPoints).next().value;
    const points = next?.points ?? [];
    return { labels: series, points: rate === undefined ? points : ratesOf(points, rate, { fromMs, stepSec }) };
  });
}

function combineAnswers(
  series: readonly AnsweredSeries[],
  query: MetricQuery & { combine: NonNullable<MetricQuery['combine']> },
): AnsweredSeries[] {
  const { combine, stepSec, toMs } = query;
  // Rates and levels do not add up, even under one name.
  return [true, false].flatMap((rate) => {
    const members = series.filter((one) => one.rate === rate);
    const unitsOf = new Map(members.map(({ labels, units }) => [labels.metric, units]));
    return combineSeries(members, { ...combine, stepSec, toMs }).map((combined) => ({
      ...combined,
      rate,
      units: combine.with === 'count' ? '' : commonUnits(unitsOf, combined.labels.metric),
    }));
  });
}

function commonUnits(unitsOf: ReadonlyMap<string, string>, metric: string): string {
  const all = new Set(metric === '' ? unitsOf.values() : [unitsOf.get(metric) ?? '']);
  const [only = ''] = all;
  return all.size === 1 ? only : '';
}
