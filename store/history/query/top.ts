// The series that stand out over a range. Pure.

import type { Point } from '../history.ts';

export interface TopOptions {
  count: number;
  by?: 'avg' | 'max' | 'min' | 'last';
  lowest?: boolean;
}

/** The `count` series with the highest figure over the whole range (or the lowest), best first; without points last. */
export function topSeries<Series extends { points: Point[] }>(
  series: readonly Series[],
  options: TopOptions,
): Series[] {
  const figure = FIGURES[options.by ?? 'avg'];
  const sign = options.lowest === true ? 1 : -1;
  const rank = ({ points }: Series): number => (points.length === 0 ? Infinity : sign * figure(points));
  return series
    .map((one) => ({ one, at: rank(one) }))
    .sort((a, b) => a.at - b.at || 0)
    .slice(0, options.count)
    .map(({ one }) => one);
}

const FIGURES: Readonly<Record<NonNullable<TopOptions['by']>, (points: readonly Point[]) => number>> = {
  avg: (points) => points.reduce((sum, [, value]) => sum + value, 0) / points.length,
  max: (points) => points.reduce((high, [, , , max]) => Math.max(high, max), -Infinity),
  min: (points) => points.reduce((low, [, , min]) => Math.min(low, min), Infinity),
  last: (points) => points.at(-1)?.[1] ?? NaN,
};
