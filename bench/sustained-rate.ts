// The highest rate at which a system runs every check within a second of its time: the same
// steps for each system, faster after a success and slower after a failure.

import { systemClock } from '#kernel/clock.ts';
import { SERVICES, type CheckSystem, type Run } from './check-system.ts';

const INTERVALS_SEC = [4, 5, 6, 7, 8, 10, 13, 18, 25, 40];
/** 1,250 checks/s, about what Nagios and Icinga did when they had both cores for themselves. */
const FIRST = INTERVALS_SEC.indexOf(8);
const MOST_LATENCY_MS = 1000;
/** Of the rate that was asked for; the rest is the raster of the window. */
const LEAST_SHARE = 0.95;

export interface Sustained<Result> {
  run: Result;
  /** False = not even the slowest rate that was tried could be kept up. */
  isKept: boolean;
}

const isKept = (run: Run, intervalSec: number): boolean =>
  run.worstLatencyMs < MOST_LATENCY_MS && run.perSec >= LEAST_SHARE * (SERVICES / intervalSec);

/** No step is begun after `budgetMs`. */
export async function findSustained<Result extends Run>(
  system: CheckSystem<Result>,
  budgetMs: number,
): Promise<Sustained<Result>> {
  const clock = systemClock();
  const startTick = clock.monotonicMs();
  let best: Sustained<Result> | undefined;
  let direction: 1 | -1 | undefined;
  for (let at = FIRST; ; at += direction) {
    const intervalSec = INTERVALS_SEC[at];
    if (intervalSec === undefined || (best && clock.monotonicMs() - startTick > budgetMs)) break;
    const run = await system.run(intervalSec);
    const kept = isKept(run, intervalSec);
    console.log(
      `  ${system.name}: ${Math.round(SERVICES / intervalSec)}/s asked, ${Math.round(run.perSec)}/s run, ` +
        `latency up to ${Math.round(run.worstLatencyMs)} ms, ${run.cpuMsEach.toFixed(2)} ms CPU each`,
    );
    // Of those that were not kept up the fastest says the most.
    if (kept || !best || (!best.isKept && run.perSec > best.run.perSec)) best = { run, isKept: kept };
    direction ??= kept ? -1 : 1;
    if (kept !== (direction === -1)) break;
  }
  if (!best) throw new Error('no rate was tried');
  return best;
}
