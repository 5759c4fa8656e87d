// The colour scale of a heat map: values to steps of one hue, and which values stand so far
// outside that they are marked instead of stretching the scale. Pure.

export interface HeatScale {
  /** Values of the palest and the strongest colour; equal when all values are. */
  low: number;
  high: number;
  /** Beyond these a value is an outlier. */
  fenceLow: number;
  fenceHigh: number;
}

/** Steps of the hue; more could not be told apart. */
export const HEAT_STEPS = 12;
// Tukey's outer fence: what lies beyond is far out, not merely high.
const FENCE = 3;
// The quartiles of a handful of hosts say nothing.
const FEWEST_FOR_FENCE = 8;

/** Null without values. Percentages always span 0 to 100, so that two pictures can be compared. */
export function heatScale(values: readonly number[], unit: string): HeatScale | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [smallest, largest] = [at(0), at(1)];
  const spread = (at(0.75) - at(0.25)) * FENCE;
  const fenced = sorted.length >= FEWEST_FOR_FENCE && spread > 0;
  const fenceLow = fenced ? at(0.25) - spread : Number.NEGATIVE_INFINITY;
  const fenceHigh = fenced ? at(0.75) + spread : Number.POSITIVE_INFINITY;
  if (unit.trim() === '%' && smallest >= 0 && largest <= 100) return { low: 0, high: 100, fenceLow, fenceHigh };
  const low = Math.max(smallest, fenceLow);
  const high = Math.min(largest, fenceHigh);
  // Near zero the scale starts there.
  return { low: low >= 0 && low < high * 0.6 ? 0 : low, high, fenceLow, fenceHigh };
}

export const isOutlier = (scale: HeatScale, value: number): boolean =>
  value < scale.fenceLow || value > scale.fenceHigh;

/** 0 (pale) to HEAT_STEPS - 1 (strong). */
export function stepOf(scale: HeatScale, value: number): number {
  const share = scale.high > scale.low ? (value - scale.low) / (scale.high - scale.low) : 0.5;
  return Math.max(0, Math.min(HEAT_STEPS - 1, Math.floor(share * HEAT_STEPS)));
}
