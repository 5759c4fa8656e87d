// Numbers from history: a while's average, the growth of a counter, the hours until a
// limit, the distance from what is usual.

import { counterRate } from './counter-rate.ts';
import { latestSum, type Asked } from './measure-live.ts';
import type { MetricSpec } from './metric-spec.ts';
import type { Measured } from './metric-sources.ts';
import { fitLine, forecastLimit } from './trend.ts';
import { deviationOf, earlierSlots } from './usual-value.ts';
import { nameOf, partsOf, shorten, sumParts, sumSteps, uomOf, withUnit } from './whole-sum.ts';

/** One entry per part, each with the points of the last `windowSec` or of a slot. */
function history(
  { spec, target, sources }: Asked,
  range: { fromMs: number; toMs: number; stepSec: number; agg: 'avg' | 'min' | 'max' | 'last' },
) {
  const series = partsOf(spec).map((metric) => ({ ...target.series, metric }));
  return sources.queryHistory({ series, ...range });
}

const lastWindow = (nowMs: number, windowSec: number) => ({ fromMs: nowMs - windowSec * 1000, toMs: nowMs + 1 });

const nothingFor = (spec: MetricSpec, windowSec: number): Measured => ({
  ok: false,
  problem: `no value of ${nameOf(spec)} in the last ${windowSec} seconds`,
});

export async function measureOver(asked: Asked<NonNullable<MetricSpec['over']>>): Promise<Measured> {
  const { spec, nowMs, way } = asked;
  const { windowSec, agg } = way;
  // Fine enough that parts meet in the same step, coarse enough that a week is a few hundred points.
  const stepSec = Math.max(15, Math.ceil(windowSec / 240));
  const found = await history(asked, { ...lastWindow(nowMs, windowSec), stepSec, agg });
  const values = sumSteps(spec, found).map(([, value]) => value);
  const last = values.at(-1);
  if (last === undefined) return nothingFor(spec, windowSec);
  const value = {
    avg: () => values.reduce((sum, one) => sum + one, 0) / values.length,
    min: () => Math.min(...values),
    max: () => Math.max(...values),
    last: () => last,
  }[agg]();
  const word = { avg: 'on average', min: 'at least', max: 'at most', last: 'at last' }[agg];
  const uom = uomOf(spec);
  const sentence = `${nameOf(spec)} was ${word} ${withUnit(value, uom)} in the last ${windowSec} seconds`;
  return { ok: true, value, label: spec.metric, uom, sentence };
}

export async function measureRate(asked: Asked<NonNullable<MetricSpec['rate']>>): Promise<Measured> {
  const { spec, nowMs, way } = asked;
  // Steps of a second keep the instants of the readings: history stamps in whole seconds.
  const found = await history(asked, { ...lastWindow(nowMs, way.windowSec), stepSec: 1, agg: 'last' });
  const rates = found.map(({ points }) => counterRate(points.map(([atMs, last]) => [atMs, last])));
  const known = rates.filter((rate) => rate !== undefined);
  if (known.length < rates.length) return nothingFor(spec, way.windowSec);
  // Nothing at all happened, so nothing of it was bad: a share of a standstill is no failure.
  const isStill = spec.percentOf !== undefined && known.every((rate) => rate === 0);
  const summed = isStill ? ({ ok: true, value: 0 } as const) : sumParts(spec, known);
  if (!summed.ok) return summed;
  const uom = uomOf(spec);
  const perSecond = uom === '%' ? '%' : `${uom}/s`;
  const sentence = `${nameOf(spec)} grows by ${withUnit(summed.value, perSecond)}`;
  return { ok: true, value: summed.value, label: spec.metric, uom: perSecond, sentence };
}

const FORECAST_STEPS = 60;

export async function measureForecast(asked: Asked<NonNullable<MetricSpec['forecast']>>): Promise<Measured> {
  const { spec, nowMs, way } = asked;
  const latest = await latestSum(asked);
  if (!latest.ok) return latest;
  const { value: current } = latest;
  const stepSec = Math.ceil(way.windowSec / FORECAST_STEPS);
  const found = await history(asked, { ...lastWindow(nowMs, way.windowSec), stepSec, agg: 'avg' });
  const points = sumSteps(spec, found);
  const uom = uomOf(spec);
  const said = `${nameOf(spec)} is ${withUnit(current, uom)}`;
  const beside = [{ label: spec.metric, value: current, uom }];
  const common = { ok: true as const, label: 'hours_left', uom: 'h', beside };
  const isShort = points.length < way.minPoints;
  const forecast = forecastLimit(isShort ? undefined : fitLine(points), { ...way, current });
  if (forecast) {
    const { hoursLeft, perHour } = forecast;
    const pace = `${perHour < 0 ? 'falls' : 'rises'} by ${withUnit(Number(Math.abs(perHour).toPrecision(2)), uom)} an hour`;
    const sentence =
      hoursLeft === 0
        ? `${said}: ${withUnit(way.limit, uom)} is reached`
        : `${said} and ${pace}: ${withUnit(way.limit, uom)} in ${shorten(Number(hoursLeft.toFixed(1)))} hours`;
    return { ...common, value: Number(hoursLeft.toFixed(2)), sentence };
  }
  const why = isShort
    ? `too little history for a forecast yet (${points.length} of ${way.minPoints} points)`
    : `no trend towards ${withUnit(way.limit, uom)}`;
  return { ...common, value: null, sentence: `${said}, ${why}` };
}

/** Width of the values that are compared: what history keeps of last month, and the same for now, since wider means are calmer. */
const BASELINE_STEP_SEC = 600;

export async function measureBaseline(asked: Asked<NonNullable<MetricSpec['baseline']>>): Promise<Measured> {
  const { spec, nowMs, way } = asked;
  const stepSec = BASELINE_STEP_SEC;
  const valuesIn = async (slot: { fromMs: number; toMs: number }) =>
    sumSteps(spec, await history(asked, { ...slot, stepSec, agg: 'avg' })).map(([, value]) => value);
  const current = (await valuesIn(lastWindow(nowMs, stepSec))).at(-1);
  if (current === undefined) return nothingFor(spec, stepSec);
  const earlier = await Promise.all(earlierSlots(nowMs, way.by, way.weeks).map(valuesIn));
  const found = deviationOf(current, earlier, way.minSpread);
  const uom = uomOf(spec);
  const said = `${nameOf(spec)} is ${withUnit(current, uom)}`;
  const beside = [{ label: spec.metric, value: current, uom }];
  const common = { ok: true as const, label: 'deviation', uom: '', beside };
  const period = way.by === 'time_of_day' ? 'days' : 'weeks';
  if (!found.known) {
    const sentence = `${said}, too little history to say what is usual at this time (${found.slots} of ${found.neededSlots} ${period})`;
    return { ...common, value: null, sentence };
  }
  const { median, spread, times } = found;
  const off = { both: Math.abs(times), above: Math.max(0, times), below: Math.max(0, -times) }[way.side];
  const sentence = `${said}, ${shorten(Number(Math.abs(times).toFixed(1)))} spreads ${times < 0 ? 'below' : 'above'} the usual ${withUnit(median, uom)} ± ${shorten(Number(spread.toPrecision(3)))} at this time`;
  return { ...common, value: off, sentence };
}
