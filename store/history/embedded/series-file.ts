// The list of series on disk: which number stands for which labels, and the last
// day on which it had samples. Appended to; written anew once a day.

import { existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '#kernel/errors.ts';
import type { SeriesRow } from './protocol.ts';
import { openRecordLog, readRecords, type RecordLog } from './record-log.ts';
import { syncDirectory } from './sync-directory.ts';

const FILE_NAME = 'series.log';

// Raised when files change their meaning; another number is refused rather than guessed at.
const LAYOUT = 2;

interface StoredSeries extends SeriesRow {
  /** Newest day known to have samples of it. */
  day: number;
}

export interface SeriesFile {
  readonly file: string;
  readonly bytes: number;
  /** The highest number that was ever given, also to a series that is forgotten. */
  readonly lastId: number;
  /** Those that are new to the file are added and synced. A number is never given twice. */
  append(rows: readonly SeriesRow[], day: number): Promise<void>;
  /** Sets the day of these series. Rewrites the file, in one step. */
  markSeen(ids: ReadonlySet<number>, day: number): Promise<void>;
  close(): void;
}

/**
 * Opens or creates the list and hands out what it holds, without series last seen before `oldestDay`. Throws
 * AppError `history_unreadable` for damage: a wrong number would mix two series.
 */
export function openSeriesFile(
  directory: string,
  options: { oldestDay: number; mayBeEmpty: boolean },
): { file: SeriesFile; rows: SeriesRow[] } {
  const name = path.join(directory, FILE_NAME);
  rmSync(`${name}.new`, { force: true });
  const stored = existsSync(name) ? readSeries(name) : { rows: [], lastId: 0, bytes: 0 };
  if (stored.bytes === 0 && !options.mayBeEmpty) throw unreadable(name, 'it names no series, but there are samples');
  let log = openRecordLog(name, stored.bytes);
  let lastId = stored.lastId;
  // As of this start: what is handed out below and what is written anew must agree.
  const isKept = (row: StoredSeries): boolean => row.day >= options.oldestDay;

  async function append(target: RecordLog, rows: readonly StoredSeries[], newest: number): Promise<void> {
    const record = {
      layout: LAYOUT,
      lastId: newest,
      rows: rows.map((row) => [row.id, row.cluster, row.host, row.metric, row.day]),
    };
    await target.append([Buffer.from(JSON.stringify(record))]);
  }

  const file: SeriesFile = {
    file: name,
    get bytes() {
      return log.bytes;
    },
    get lastId() {
      return lastId;
    },
    async append(rows, day) {
      const fresh = rows.filter((row) => row.id > lastId).map((row) => ({ ...row, day }));
      if (fresh.length === 0) return;
      const newest = fresh.reduce((last, row) => Math.max(last, row.id), lastId);
      await append(log, fresh, newest);
      lastId = newest;
    },
    async markSeen(ids, day) {
      const rows = readSeries(name).rows.filter(isKept);
      const beside = openRecordLog(`${name}.new`);
      await append(
        beside,
        rows.map((row) => (ids.has(row.id) ? { ...row, day: Math.max(day, row.day) } : row)),
        lastId,
      );
      const { bytes } = beside;
      beside.close();
      log.close();
      renameSync(`${name}.new`, name);
      syncDirectory(directory);
      log = openRecordLog(name, bytes);
    },
    close: () => log.close(),
  };
  return { file, rows: stored.rows.filter(isKept) };
}

function readSeries(file: string): { rows: StoredSeries[]; lastId: number; bytes: number } {
  const rows: StoredSeries[] = [];
  let lastId = 0;
  const { wholeBytes, damaged } = readRecords(file, (content) => {
    const record = decodeRecord(content.toString());
    if (!record) throw unreadable(file, `it is not of layout ${LAYOUT}, which this program reads`);
    rows.push(...record.rows);
    lastId = record.lastId;
  });
  if (damaged) throw unreadable(file, `the record at byte ${wholeBytes} does not match its check sum`);
  return { rows, lastId, bytes: wholeBytes };
}

function decodeRecord(text: string): { rows: StoredSeries[]; lastId: number } | undefined {
  const record: unknown = JSON.parse(text);
  if (typeof record !== 'object' || record === null) return undefined;
  const { layout, lastId, rows } = record as { layout?: unknown; lastId?: unknown; rows?: unknown };
  if (layout !== LAYOUT || typeof lastId !== 'number' || !Array.isArray(rows)) return undefined;
  return {
    lastId,
    // The check sum vouches for what is in a record of this layout.
    rows: (rows as [number, string, string, string, number][]).map(([id, cluster, host, metric, day]) => ({
      id,
      cluster,
      host,
      metric,
      day,
    })),
  };
}

const unreadable = (file: string, why: string): AppError =>
  new AppError(
    'history_unreadable',
    `Metric history ${path.dirname(file)} cannot be opened: ${path.basename(file)}: ${why}. Move the directory away to start with an empty history, or restore it from a backup.`,
  );
