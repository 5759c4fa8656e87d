// Numbers from live state: the latest value, how old it is, and how it differs from
// that of other hosts.

import type { CheckTarget } from '../check-kind.ts';
import type { MetricSpec } from './metric-spec.ts';
import type { LatestMetric, Measured, MetricSources } from './metric-sources.ts';
import { findOddOnes } from './odd-ones.ts';
import { nameOf, partsOf, sumLatest, uomOf, withUnit } from './whole-sum.ts';

/** `way` = the settings of the way in which the number is made. */
export interface Asked<Way = unknown> {
  spec: MetricSpec;
  target: CheckTarget;
  sources: MetricSources;
  nowMs: number;
  way: Way;
}

/** The number as it is now; missing or late parts are a problem. */
export async function latestSum(
  { spec, sources, target }: Omit<Asked, 'way'>,
  host: Pick<CheckTarget, 'series'> & { name: string } = { name: target.hostName, series: target.series },
) {
  const ask = (name: string): ReturnType<LatestMetric> =>
    sources.latestMetric(host.series.cluster, host.series.host, name);
  return sumLatest(spec, await Promise.all(partsOf(spec).map(ask)), host.name);
}

export async function measureLatest(asked: Omit<Asked, 'way'>): Promise<Measured> {
  const { spec } = asked;
  const summed = await latestSum(asked);
  if (!summed.ok) return summed;
  const { value } = summed;
  const uom = uomOf(spec);
  return { ok: true, value, label: spec.metric, uom, sentence: `${nameOf(spec)} is ${withUnit(value, uom)}` };
}

export async function measureAbsence({ spec, target, sources }: Omit<Asked, 'way'>): Promise<Measured> {
  const { cluster, host } = target.series;
  const latest = await sources.latestMetric(cluster, host, spec.metric);
  return {
    ok: true,
    value: latest?.tn ?? Infinity,
    label: 'age',
    uom: 's',
    sentence: latest
      ? `${spec.metric} was heard ${Math.round(latest.tn)} seconds ago`
      : `${spec.metric} was never heard from ${target.hostName}`,
  };
}

/** More names than this are a number, not a list. */
const NAMED = 10;

export async function measureOddOnes(asked: Asked<NonNullable<MetricSpec['sameEverywhere']>>): Promise<Measured> {
  const { spec, target, sources, way } = asked;
  const whole = way.group === undefined ? { cluster: target.series.cluster } : { group: way.group };
  const where = 'group' in whole ? `group ${whole.group}` : `cluster ${whole.cluster}`;
  const members = await sources.membersOf(whole);
  const values: { name: string; value: number }[] = [];
  for (const member of members) {
    const summed = await latestSum(asked, member);
    if (summed.ok) values.push({ name: member.name, value: summed.value });
  }
  const found = findOddOnes(values, { absolute: way.tolerance, percent: way.tolerancePercent });
  if (!found || values.length < 2)
    return {
      ok: false,
      problem: `${nameOf(spec)} is known of ${values.length} of ${members.length} hosts of ${where}`,
    };
  const uom = uomOf(spec);
  const { odd, usual } = found;
  const named = odd.slice(0, NAMED).map(({ name, value }) => `${name} ${withUnit(value, uom)}`);
  const more = odd.length > NAMED ? ` and ${odd.length - NAMED} more` : '';
  const sentence =
    odd.length === 0
      ? `${nameOf(spec)} is ${withUnit(usual, uom)} on all ${values.length} hosts of ${where}`
      : `${nameOf(spec)} differs on ${odd.length} of ${values.length} hosts of ${where}: ${named.join(', ')}${more}; elsewhere ${withUnit(usual, uom)}`;
  return { ok: true, value: odd.length, label: 'odd_hosts', uom: '', sentence };
}
