// Growth of a counter per second. Pure.

/**
 * Mean growth between the first and the last of the readings, oldest first; undefined when they span no time. A reading
 * below the one before it means that the counter began again at 0 (a restart), as Prometheus' `rate` takes it.
 */
export function counterRate(readings: readonly (readonly [atMs: number, value: number])[]): number | undefined {
  const first = readings[0];
  const last = readings.at(-1);
  if (!first || !last || last[0] <= first[0]) return undefined;
  let growth = 0;
  for (let at = 1; at < readings.length; at++) {
    const before = readings[at - 1]?.[1] ?? 0;
    const value = readings[at]?.[1] ?? 0;
    growth += value >= before ? value - before : value;
  }
  return growth / ((last[0] - first[0]) / 1000);
}
