// Where the line of a sparkline runs. Pure.

interface SparkShape {
  /** One path per unbroken piece, in a box of `width` × `height`. */
  paths: string[];
  /** Height of the limit line, when it lies inside the box. */
  limitY: number | null;
  lastX: number;
  lastY: number;
}

/** `points` are [epoch ms, value], oldest first; a pause longer than `gapMs` breaks the line. */
export function sparkShape(
  points: readonly (readonly [number, number])[],
  limit: number | null,
  box: { width: number; height: number; gapMs: number },
): SparkShape | null {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || points.length < 2) return null;
  const values = points.map(([, value]) => value);
  const scale = [...values, ...(limit === null ? [] : [limit])];
  const low = Math.min(...scale);
  const high = Math.max(...scale);
  // A flat line sits in the middle instead of on an edge.
  const room = high - low === 0 ? Math.max(1, Math.abs(high)) : (high - low) * 0.12;
  const bottom = low - room;
  const y = (value: number): number => round(box.height - ((value - bottom) / (high + room - bottom)) * box.height);
  const x = (atMs: number): number => round(((atMs - first[0]) / Math.max(1, last[0] - first[0])) * box.width);

  const paths: string[] = [];
  let current = '';
  let beforeMs = first[0];
  for (const [atMs, value] of points) {
    if (current !== '' && atMs - beforeMs > box.gapMs) {
      paths.push(current);
      current = '';
    }
    current += `${current === '' ? 'M' : 'L'}${x(atMs)} ${y(value)}`;
    beforeMs = atMs;
  }
  paths.push(current);
  return { paths, limitY: limit === null ? null : y(limit), lastX: x(last[0]), lastY: y(last[1]) };
}

const round = (n: number): number => Math.round(n * 10) / 10;
