// What the database thread holds: the files of a history directory and the hours
// that are still open in memory. Opens, recovers and closes them; decides nothing.

import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { lockDirectory } from './directory-lock.ts';
import { createOpenHour, type OpenHour } from './open-hour.ts';
import type { SeriesRow } from './protocol.ts';
import type { DayStock } from './read-plan.ts';
import { openRecordLog, readRecords, type RecordLog } from './record-log.ts';
import { readSegmentHead } from './segment-file.ts';
import { openSeriesFile, type SeriesFile } from './series-file.ts';
import { arrivalsFile, dayOfHour, hoursOfDay, readFileName, TIERS, type TierName } from './tiers.ts';

/** Samples of one hour that are not sorted yet: in memory for reading, in logs for the next start. */
export interface Arrivals {
  samples: OpenHour;
  /** Names of the logs that hold the same samples. */
  logs: string[];
  /** Where more are written; none when this is being sorted or was recovered. */
  log: RecordLog | undefined;
  openedMs: number;
}

export interface HourStock {
  /** Numbers of sorted parts, ascending. */
  parts: number[];
  /** Oldest first; only the last may have a log that is open. */
  arrivals: Arrivals[];
}

export interface StoreFiles {
  readonly directory: string;
  readonly hours: Map<number, HourStock>;
  /** Days of each tier, with the basis they were rolled up from (see `basisOf`). */
  readonly tiers: ReadonlyMap<TierName, Map<number, number>>;
  readonly series: SeriesFile;
  pathOf(name: string): string;
  /** Memory of the open hours, in bytes. */
  memoryBytes(): number;
  /** The open arrivals of the hour, begun when there are none. */
  arrivalsOf(hour: number, nowMs: number): { samples: OpenHour; log: RecordLog };
  /** From now on samples of the hour begin new arrivals; those before are not written to any more. */
  freeze(hour: number): void;
  /** Tells apart whether roll-ups of the day were made from the parts that are there now. */
  basisOf(day: number): number;
  hasArrivals(day: number): boolean;
  /**
   * The day is rolled up and raw files of it are gone, all of them or, after a crash while they were dropped, some:
   * it must not be rolled up again, and what comes for it now is too late.
   */
  isClosed(day: number): boolean;
  stock(): Map<number, DayStock>;
  close(): void;
}

/**
 * Throws AppError `history_locked` or `history_unreadable`. `warnings` are for the operator: what was found and
 * not used.
 */
export function openStoreFiles(options: { directory: string; oldestDay: number }): {
  files: StoreFiles;
  rows: SeriesRow[];
  warnings: string[];
} {
  const directory = path.resolve(options.directory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = lockDirectory(directory);
  try {
    const found = scan(directory);
    const { file: series, rows } = openSeriesFile(directory, {
      oldestDay: options.oldestDay,
      mayBeEmpty: found.hours.size === 0 && found.logs.length === 0,
    });
    const warnings = recover(directory, found);
    if (existsSync(path.join(directory, 'history.duckdb'))) {
      warnings.push('history.duckdb was written by version 0.1 and is not read; it can be removed');
    }
    const files = createStoreFiles({ directory, series, ...found, close: () => lock.release() });
    return { files, rows, warnings };
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Found {
  hours: Map<number, HourStock>;
  tiers: Map<TierName, Map<number, number>>;
  /** Per hour, in the order they were written. */
  logs: { hour: number; number: number }[];
}

function scan(directory: string): Found {
  const found: Found = { hours: new Map(), tiers: new Map(TIERS.map((tier) => [tier.name, new Map()])), logs: [] };
  for (const name of readdirSync(directory)) {
    const file = path.join(directory, name);
    // What a crash left half written.
    if (name.endsWith('.new')) rmSync(file);
    const known = readFileName(name);
    if (!known) continue;
    if (known.kind === 'arrivals') {
      found.logs.push(known);
      continue;
    }
    const head = readSegmentHead(file);
    if (known.kind === 'tier') found.tiers.get(known.name)?.set(known.day, head.basis);
    else hourIn(found.hours, known.hour).parts.push(known.part);
  }
  for (const { parts } of found.hours.values()) parts.sort((a, b) => a - b);
  found.logs.sort((a, b) => a.hour - b.hour || a.number - b.number);
  return found;
}

function hourIn(hours: Map<number, HourStock>, hour: number): HourStock {
  const known = hours.get(hour);
  if (known) return known;
  const fresh: HourStock = { parts: [], arrivals: [] };
  hours.set(hour, fresh);
  return fresh;
}

/** Reads the logs back into memory. */
function recover(directory: string, found: Found): string[] {
  const warnings: string[] = [];
  for (const { hour, number } of found.logs) {
    const name = arrivalsFile(hour, number);
    const { arrivals } = hourIn(found.hours, hour);
    const recovered = arrivals[0] ?? { samples: createOpenHour(), logs: [], log: undefined, openedMs: 0 };
    arrivals[0] = recovered;
    const { wholeBytes, damaged } = readRecords(path.join(directory, name), (content) =>
      takeArrivals(content, recovered.samples),
    );
    if (damaged) warnings.push(`${name} is damaged at byte ${wholeBytes}; the samples behind it are lost`);
    recovered.logs.push(name);
  }
  return warnings;
}

/** Content of an arrivals record: numbers (i32), instants in the hour (u32, ms), values (f64), one column each. */
function takeArrivals(content: Buffer, samples: OpenHour): void {
  const count = content.length / 16;
  const { buffer, byteOffset } = content;
  const ids = new Int32Array(buffer, byteOffset, count);
  const times = new Uint32Array(buffer, byteOffset + count * 4, count);
  const values = new Float64Array(buffer, byteOffset + count * 8, count);
  for (let index = 0; index < count; index++) samples.add(ids[index] ?? 0, times[index] ?? 0, values[index] ?? 0);
}

function createStoreFiles(parts: Found & { directory: string; series: SeriesFile; close: () => void }): StoreFiles {
  const { directory, hours, tiers, series } = parts;
  const lastLog = new Map<number, number>();
  for (const { hour, number } of parts.logs) lastLog.set(hour, number);
  const pathOf = (name: string): string => path.join(directory, name);

  const basisOf = (day: number): number =>
    hoursOfDay(day).reduce((sum, hour) => sum + (hours.get(hour)?.parts.at(-1) ?? 0), 0);

  const hasArrivals = (day: number): boolean =>
    hoursOfDay(day).some((hour) => (hours.get(hour)?.arrivals.length ?? 0) > 0);

  /** Parts only ever get higher numbers: a roll-up from more than there is means that raw files have gone since. */
  const isClosed = (day: number): boolean =>
    [...tiers.values()].some((basisByDay) => (basisByDay.get(day) ?? 0) > basisOf(day));

  function freeze(hour: number): void {
    const last = hours.get(hour)?.arrivals.at(-1);
    last?.log?.close();
    if (last) last.log = undefined;
  }

  return {
    directory,
    hours,
    tiers,
    series,
    freeze,
    pathOf,
    basisOf,
    hasArrivals,
    isClosed,
    memoryBytes() {
      let sum = 0;
      for (const { arrivals } of hours.values()) for (const { samples } of arrivals) sum += samples.bytes;
      return sum;
    },
    arrivalsOf(hour, nowMs) {
      const { arrivals } = hourIn(hours, hour);
      const last = arrivals.at(-1);
      if (last?.log) return { samples: last.samples, log: last.log };
      const number = (lastLog.get(hour) ?? 0) + 1;
      const name = arrivalsFile(hour, number);
      const log = openRecordLog(pathOf(name));
      lastLog.set(hour, number);
      const samples = createOpenHour();
      arrivals.push({ samples, logs: [name], log, openedMs: nowMs });
      return { samples, log };
    },
    stock() {
      const days = new Map<number, { raw: boolean; tiers: Set<TierName> }>();
      const dayIn = (day: number) => {
        const known = days.get(day) ?? { raw: false, tiers: new Set() };
        days.set(day, known);
        return known;
      };
      for (const hour of hours.keys()) dayIn(dayOfHour(hour)).raw = !isClosed(dayOfHour(hour));
      for (const [name, basisByDay] of tiers) {
        for (const [day, basis] of basisByDay) {
          const stock = dayIn(day);
          if (!stock.raw || (basis === basisOf(day) && !hasArrivals(day))) stock.tiers.add(name);
        }
      }
      return days;
    },
    close() {
      for (const hour of hours.keys()) freeze(hour);
      series.close();
      parts.close();
    },
  };
}
