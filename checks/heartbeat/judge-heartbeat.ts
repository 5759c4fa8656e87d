// Is a job that reports by itself still alive? Pure: last words and the time in, verdict out.

import type { ServiceState } from '#kernel/domain/check-state.ts';
import { formatPerfdata } from '#wire/perfdata.ts';

/** What is known of the runs of a job. */
export interface Heartbeat {
  createdAtMs: number;
  /** Of the run that was announced and has not ended. */
  startedAtMs: number | null;
  endedAtMs: number | null;
  /** Of the last run that ended; 0 = success. */
  exitCode: number | null;
  /** Null when its start was not announced. */
  runMs: number | null;
}

export interface HeartbeatLimits {
  periodSec: number;
  /** How much later than its period a run may end. */
  graceSec: number;
  /** How long a run may take; without it, as long as the grace. */
  maxRunSec?: number | undefined;
}

interface HeartbeatVerdict {
  state: ServiceState;
  sentence: string;
  perfdata: string;
}

export function judgeHeartbeat(beat: Heartbeat, limits: HeartbeatLimits, nowMs: number): HeartbeatVerdict {
  const { periodSec, graceSec, maxRunSec } = limits;
  const lateAfterSec = periodSec + graceSec;
  const silentSec = secondsSince(beat.endedAtMs ?? beat.createdAtMs, nowMs);
  const bare = { uom: 's', warn: null, min: 0, max: null };
  const perfdata = formatPerfdata([
    { ...bare, label: 'silence', value: beat.endedAtMs === null ? null : silentSec, crit: String(lateAfterSec) },
    ...(beat.runMs === null
      ? []
      : [
          {
            ...bare,
            label: 'run_time',
            value: beat.runMs / 1000,
            crit: maxRunSec === undefined ? null : String(maxRunSec),
          },
        ]),
  ]);
  const is = (state: ServiceState, sentence: string): HeartbeatVerdict => ({ state, sentence, perfdata });

  const runningSec = beat.startedAtMs === null ? undefined : secondsSince(beat.startedAtMs, nowMs);
  const longestSec = maxRunSec ?? graceSec;
  if (runningSec !== undefined && runningSec > longestSec)
    return is(
      'critical',
      `it was started ${duration(runningSec)} ago and has not ended (at most ${duration(longestSec)})`,
    );
  if (beat.exitCode !== null && beat.exitCode !== 0)
    return is('critical', `its last run failed ${duration(silentSec)} ago with exit code ${beat.exitCode}`);
  // Somebody who has begun in time is not late: what is left to watch is how long it takes.
  if (silentSec > lateAfterSec && runningSec === undefined)
    return is(
      'critical',
      beat.endedAtMs === null
        ? `no ping since its URL was made ${duration(silentSec)} ago (expected every ${duration(periodSec)})`
        : `no ping for ${duration(silentSec)} (expected every ${duration(periodSec)}, ${duration(graceSec)} of grace)`,
    );
  const tookTooLong = beat.runMs !== null && maxRunSec !== undefined && beat.runMs > maxRunSec * 1000;
  if (tookTooLong)
    return is('critical', `its last run took ${duration((beat.runMs ?? 0) / 1000)} (at most ${duration(longestSec)})`);
  if (runningSec !== undefined) return is('ok', `it runs since ${duration(runningSec)}`);
  if (beat.endedAtMs === null) return is('ok', 'it waits for its first ping');
  const took = beat.runMs === null ? '' : `, took ${duration(beat.runMs / 1000)}`;
  return is('ok', `last ping ${duration(silentSec)} ago${took}`);
}

/** A clock that was set back makes nobody late. */
const secondsSince = (atMs: number, nowMs: number): number => Math.max(0, (nowMs - atMs) / 1000);

/** The two largest units: "1 d 2 h", "3 min", "0.2 s". */
function duration(sec: number): string {
  if (sec < 60) return `${Number(sec.toPrecision(2))} s`;
  const units: [number, string][] = [[86_400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']]; // prettier-ignore
  let left = Math.round(sec);
  const parts: string[] = [];
  for (const [size, name] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0 || parts.length > 0) parts.push(count > 0 ? `${count} ${name}` : '');
    if (parts.length === 2) break;
  }
  return parts.filter(Boolean).join(' ');
}
