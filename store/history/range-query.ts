// What both stores demand of a range query, and the shape of their answer.

import { badRequest } from '#kernel/errors.ts';
import type { Point, RangeQuery } from './history.ts';

// About 50 MB of JSON; a chart shows a few thousand points.
const MAX_POINTS = 1_000_000;

/** Throws AppError `history_bad_range` (status 400) for a range that is empty, crooked or asks for too much. */
export function checkRange(query: RangeQuery): void {
  const { fromMs, toMs, stepSec, series } = query;
  if (!Number.isSafeInteger(fromMs) || !Number.isSafeInteger(toMs) || fromMs < 0 || fromMs >= toMs) {
    throw badRequest(
      'history_bad_range',
      `from ${fromMs} and to ${toMs}: epoch milliseconds are wanted, from before to.`,
    );
  }
  if (!Number.isInteger(stepSec) || stepSec < 1 || stepSec > 31_622_400) {
    throw badRequest('history_bad_range', `step ${stepSec}: whole seconds are wanted, 1 to 31622400 (a year).`);
  }
  const points = series.length * Math.ceil((toMs - fromMs) / (stepSec * 1000));
  if (points > MAX_POINTS) {
    throw badRequest(
      'history_bad_range',
      `${series.length} series at step ${stepSec} s could give ${points} points, more than ${MAX_POINTS}. Ask for a longer step, a shorter range or fewer series.`,
    );
  }
}

/** From flat quadruples (at ms, value, minimum, maximum). */
export function toPoints(flat: Float64Array | undefined): Point[] {
  const points: Point[] = [];
  for (let index = 0; flat && index + 3 < flat.length; index += 4) {
    points.push([flat[index] ?? 0, flat[index + 1] ?? 0, flat[index + 2] ?? 0, flat[index + 3] ?? 0]);
  }
  return points;
}
