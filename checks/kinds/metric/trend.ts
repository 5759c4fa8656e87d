// A straight line through a metric, and when it reaches a limit. Pure.

export interface Trend {
  perHour: number;
  /** Share of the variance that the line explains (R²), 0 … 1. */
  fit: number;
}

/**
 * A line that explains less than half of what the values do is no trend: noise and the saw teeth of rotated logs
 * stay below, a disk that fills up at an uneven pace is far above.
 */
const MIN_FIT = 0.5;

/** Least squares; undefined for fewer than two instants. */
export function fitLine(points: readonly (readonly [atMs: number, value: number])[]): Trend | undefined {
  if (points.length === 0) return undefined;
  // Around the mean, since squares of epoch milliseconds would eat up every digit.
  const meanHour = mean(points.map(([atMs]) => atMs / 3_600_000));
  const meanValue = mean(points.map(([, value]) => value));
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const [atMs, value] of points) {
    const x = atMs / 3_600_000 - meanHour;
    const y = value - meanValue;
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  if (xx === 0) return undefined;
  // What is left of a level line after rounding is no variance.
  const fit = yy <= Number.EPSILON * points.length * meanValue ** 2 ? 0 : (xy * xy) / (xx * yy);
  return { perHour: xy / xx, fit: Math.min(1, fit) };
}

export interface Forecast {
  /** 0 when the limit is reached already. */
  hoursLeft: number;
  perHour: number;
}

/** How the limit is approached from `current` at the pace of the trend; null when there is no trend towards it. */
export function forecastLimit(
  trend: Trend | undefined,
  goal: { current: number; limit: number; direction: 'rising' | 'falling' },
): Forecast | null {
  const sign = goal.direction === 'rising' ? 1 : -1;
  const room = (goal.limit - goal.current) * sign;
  if (room <= 0) return { hoursLeft: 0, perHour: trend?.perHour ?? 0 };
  if (!trend || trend.fit < MIN_FIT || trend.perHour * sign <= 0) return null;
  return { hoursLeft: room / (trend.perHour * sign), perHour: trend.perHour };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
