// The upkeep round: sorts hours that are over, rolls up days that are over, and
// removes the files that retention no longer covers.

import { rmSync } from 'node:fs';
import type { MaintainRequest, MaintenanceReport } from './protocol.ts';
import { rollUpDay } from './roll-up-day.ts';
import { sealHour, type UpkeepDeps } from './seal-hour.ts';
import type { StoreFiles } from './store-files.ts';
import {
  DAY_SEC,
  dayOfHour,
  HOUR_MS,
  hoursOfDay,
  oldestDay,
  rawFile,
  tierFile,
  TIERS,
  type Retention,
} from './tiers.ts';

/** Does what can be done; then rejects with the first that could not. */
export async function maintain(deps: UpkeepDeps, request: MaintainRequest): Promise<MaintenanceReport> {
  const { files } = deps;
  const { nowMs, sealDelayMs, retention } = request;
  const failures: unknown[] = [];

  /** A damaged file costs its own hour or day; a full disk must still be rid of what is too old. */
  async function each(numbers: readonly number[], work: (number: number) => Promise<void>): Promise<void> {
    for (const number of numbers) {
      await work(number).catch((error: unknown) => {
        deps.signal.throwIfAborted();
        failures.push(error);
      });
    }
  }

  const due = hoursToSeal(files, nowMs - sealDelayMs);
  await each(due, (hour) => sealHour(deps, hour, 'all'));
  const days = daysToRollUp(files, nowMs - sealDelayMs, retention, nowMs);
  await each(days, (day) => rollUpDay(deps, day));
  const droppedFiles = dropExpired(files, retention, nowMs);
  if (failures.length > 0) throw failures[0];
  return { sealedHours: due.length, rolledDays: days.length, droppedFiles };
}

/** An hour that is over, and late samples of it, wait until `beforeMs` has passed them. */
function hoursToSeal(files: StoreFiles, beforeMs: number): number[] {
  return [...files.hours]
    .filter(([hour, { parts, arrivals }]) => {
      if ((hour + 1) * HOUR_MS > beforeMs) return false;
      const newest = arrivals.at(-1);
      return newest ? newest.openedMs <= beforeMs : parts.length > 1;
    })
    .map(([hour]) => hour)
    .toSorted((a, b) => a - b);
}

function daysToRollUp(files: StoreFiles, beforeMs: number, retention: Retention, nowMs: number): number[] {
  const days = new Set([...files.hours.keys()].map(dayOfHour));
  return [...days]
    .filter((day) => (day + 1) * DAY_SEC * 1000 <= beforeMs && !files.hasArrivals(day))
    .filter((day) => !isRolledUp(files, day, retention, nowMs))
    .toSorted((a, b) => a - b);
}

/** In every tier that still keeps the day. */
const isRolledUp = (files: StoreFiles, day: number, retention: Retention, nowMs: number): boolean =>
  files.isClosed(day) ||
  TIERS.every(
    ({ name }) =>
      day < oldestDay(nowMs, retention[`${name}Sec`]) || files.tiers.get(name)?.get(day) === files.basisOf(day),
  );

/** Returns how many files went. Raw samples that are not rolled up yet stay. */
function dropExpired(files: StoreFiles, retention: Retention, nowMs: number): number {
  const expired: string[] = [];
  const rawDays = new Set([...files.hours.keys()].map(dayOfHour));
  for (const day of rawDays) {
    const isOver = day < oldestDay(nowMs, retention.rawSec);
    if (!isOver || files.hasArrivals(day) || !isRolledUp(files, day, retention, nowMs)) continue;
    for (const hour of hoursOfDay(day)) {
      expired.push(...(files.hours.get(hour)?.parts ?? []).map((part) => rawFile(hour, part)));
      files.hours.delete(hour);
    }
  }
  for (const { name } of TIERS) {
    const days = files.tiers.get(name);
    for (const day of days?.keys() ?? []) {
      if (day >= oldestDay(nowMs, retention[`${name}Sec`])) continue;
      expired.push(tierFile(name, day));
      days?.delete(day);
    }
  }
  for (const name of expired) rmSync(files.pathOf(name), { force: true });
  return expired.length;
}
