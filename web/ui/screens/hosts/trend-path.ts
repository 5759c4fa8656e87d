// The line of a small chart whose time and value axes are given, so that many hosts can be
// laid beside each other: silence at either end stays empty. Pure.

export interface TrendFrame {
  fromMs: number;
  toMs: number;
  low: number;
  high: number;
  /** A longer pause breaks the line. */
  gapMs: number;
  width: number;
  height: number;
}

// A value is sent at the latest every 90 s by default; two missed are a gap.
const SILENCE_SEC = 200;

/** How long a line of this step may be silent. */
export const trendGapMs = (stepSec: number): number => Math.max(stepSec * 2.5, SILENCE_SEC) * 1000;

/** An SVG path of all pieces; '' without points. */
export function trendPath(points: readonly (readonly [number, number, ...unknown[]])[], frame: TrendFrame): string {
  const { fromMs, toMs, low, high, gapMs, width, height } = frame;
  const x = (atMs: number): number => tenth(((atMs - fromMs) / Math.max(1, toMs - fromMs)) * width);
  // A flat line sits in the middle.
  const y = (value: number): number =>
    tenth(high > low ? height - ((Math.min(high, Math.max(low, value)) - low) / (high - low)) * height : height / 2);
  let path = '';
  let beforeMs = Number.NEGATIVE_INFINITY;
  for (const [atMs, value] of points) {
    // A piece of one point is drawn as a short stroke, or nobody would see it.
    path += atMs - beforeMs > gapMs ? `M${x(atMs)} ${y(value)}h0.6` : `L${x(atMs)} ${y(value)}`;
    beforeMs = atMs;
  }
  return path;
}

const tenth = (n: number): number => Math.round(n * 10) / 10;

/** The value axis of charts that share it: from zero where that is near, with a little room above. */
export function sharedScale(extremes: readonly (readonly [number, number, number, number])[]): {
  low: number;
  high: number;
} {
  const low = Math.min(...extremes.map(([, , min]) => min));
  const high = Math.max(...extremes.map(([, , , max]) => max));
  if (!Number.isFinite(low) || !Number.isFinite(high)) return { low: 0, high: 1 };
  return { low: low >= 0 && low < high * 0.6 ? 0 : low, high: high === low ? high + Math.abs(high) || 1 : high };
}
