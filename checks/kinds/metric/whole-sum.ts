// Several metrics as one number: a sum, or its share of another metric. A sum with a
// hole in it would look like good news, so all parts must be there. Pure.

import type { SeriesPoints } from '#store/history/history.ts';
import type { LatestValue } from './metric-sources.ts';
import type { MetricSpec } from './metric-spec.ts';

type Parts = Pick<MetricSpec, 'metric' | 'plus' | 'percentOf' | 'unit'>;
type Summed = { ok: true; value: number } | { ok: false; problem: string };

/** All metrics that the number is made of; the whole of a share comes last. */
export const partsOf = ({ metric, plus, percentOf }: Parts): string[] => [
  metric,
  ...(plus ?? []),
  ...(percentOf === undefined ? [] : [percentOf]),
];

export const nameOf = ({ metric, plus, percentOf }: Parts): string =>
  [metric, ...(plus ?? [])].join(' + ') + (percentOf === undefined ? '' : ` of ${percentOf}`);

export const uomOf = ({ percentOf, unit }: Parts): string => (percentOf === undefined ? (unit ?? '') : '%');

/** As people write it: `6`, `15 MB`, `5 %`. */
export const withUnit = (value: number, uom: string): string => shorten(value) + (uom && ` ${uom}`);

export const shorten = (value: number): string => String(Number(value.toPrecision(6)));

/** `numbers` in the order of `partsOf`. */
export function sumParts(parts: Parts, numbers: readonly number[]): Summed {
  const whole = parts.percentOf === undefined ? undefined : numbers.at(-1);
  const sum = (whole === undefined ? numbers : numbers.slice(0, -1)).reduce((total, number) => total + number, 0);
  if (whole !== undefined && !(whole > 0)) return { ok: false, problem: `${parts.percentOf} is ${whole}` };
  const value = whole === undefined ? sum : (sum / whole) * 100;
  return Number.isFinite(value) ? { ok: true, value } : { ok: false, problem: `${nameOf(parts)} is not a number` };
}

/** `latest` in the order of `partsOf`; `whose` names the host. */
export function sumLatest(
  spec: Parts & Pick<MetricSpec, 'maxAgeSec'>,
  latest: readonly (LatestValue | undefined)[],
  whose: string,
): Summed {
  const numbers: number[] = [];
  for (const [at, name] of partsOf(spec).entries()) {
    const heard = latest[at];
    if (!heard) return { ok: false, problem: `no value of ${name} from ${whose}` };
    if (heard.tn > spec.maxAgeSec)
      return { ok: false, problem: `${name} was last heard ${Math.round(heard.tn)} seconds ago` };
    numbers.push(heard.value);
  }
  return sumParts(spec, numbers);
}

/** The sum at every step for which all parts have a value, oldest first; `series` in the order of `partsOf`. */
export function sumSteps(parts: Parts, series: readonly SeriesPoints[]): [atMs: number, value: number][] {
  const [first, ...rest] = series.map(({ points }) => points);
  const others = rest.map((points) => new Map(points.map(([atMs, value]) => [atMs, value])));
  const sums: [number, number][] = [];
  for (const [atMs, value] of first ?? []) {
    const numbers = [value, ...others.flatMap((other) => other.get(atMs) ?? [])];
    const summed = numbers.length === series.length ? sumParts(parts, numbers) : undefined;
    if (summed?.ok) sums.push([atMs, summed.value]);
  }
  return sums;
}
