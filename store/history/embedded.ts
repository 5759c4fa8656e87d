// Metric history in files of our own: the default. This side numbers the series,
// buffers, and retries; the database thread (embedded/worker.ts) stores.

import type { Clock } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import { createDropCount } from './drop-count.ts';
import type { MaintenanceReport } from './embedded/protocol.ts';
import { createBatchWriter } from './embedded/batch-writer.ts';
import { createSeriesTable } from './embedded/series-table.ts';
import { DEFAULT_RETENTION, oldestDay, DAY_SEC, type Retention } from './embedded/tiers.ts';
import { startWorker } from './embedded/worker-link.ts';
import type { MetricHistory, RangeQuery, SeriesPoints } from './history.ts';
import { checkRange, toPoints } from './range-query.ts';
import { selectSeries } from './select-series.ts';

export interface EmbeddedHistoryOptions {
  /** Holds the files; created when absent. */
  directory: string;
  /** Of samples that are not sorted yet; beyond it they are sorted early, and at twice of it writing waits. */
  memoryLimitMb?: number;
  bufferSamples?: number;
  maxSeries?: number;
  retention?: Partial<Retention>;
  flushEveryMs?: number;
  maintainEveryMs?: number;
  sealDelayMs?: number;
}

export interface EmbeddedHistory extends MetricHistory {
  /** Sorts hours and rolls up days that are over, and drops what is too old, now; runs by itself once a minute. */
  maintain(): Promise<MaintenanceReport>;
  backup(directory: string): Promise<{ bytes: number; atMs: number }>;
}

const DEFAULTS = {
  memoryLimitMb: 64,
  bufferSamples: 262_144,
  maxSeries: 500_000,
  flushEveryMs: 500,
  maintainEveryMs: 60_000,
  // Late packets of an hour mostly come within minutes; later ones cost a second sort of that hour.
  sealDelayMs: 300_000,
};

// A sender's clock does not matter here (the collector stamps), so only a stepped clock of our own lands ahead.
const FUTURE_MS = 3_600_000;

/**
 * Opens or creates the store. Throws AppError `history_locked` when another process (or this one) has it open and
 * `history_unreadable` when a file is damaged or not ours.
 *
 * Samples are kept to the millisecond. For one series and instant the sample appended last wins. Samples of days
 * whose raw samples are gone, or more than an hour ahead of the clock, are dropped as `outside_window`. While
 * writing fails (disk full) a query answers from what is stored.
 */
export async function openEmbeddedHistory(
  deps: { clock: Clock; log: Logger },
  given: EmbeddedHistoryOptions,
): Promise<EmbeddedHistory> {
  const { clock, log } = deps;
  const options = { ...DEFAULTS, ...given, retention: { ...DEFAULT_RETENTION, ...given.retention } };
  const { directory, memoryLimitMb, retention, sealDelayMs } = options;
  const { link, opened } = await startWorker(deps, {
    kind: 'open',
    nowMs: clock.nowMs(),
    directory,
    memoryLimitMb,
    retention,
  });
  const series = createSeriesTable(opened, options.maxSeries);
  const drops = createDropCount();
  const writer = createBatchWriter(
    { clock, log, drops, write: (request) => link.ask(request), takeNewSeries: () => series.takeNew() },
    options,
  );
  let closing = false;
  let maintaining = false;
  let upkeepError: string | undefined;

  function accept(sample: Sample, oldestMs: number, newestMs: number): void {
    if (!Number.isFinite(sample.value)) return drops.add('not_finite', 1);
    if (!(sample.atMs >= oldestMs && sample.atMs < newestMs)) return drops.add('outside_window', 1);
    const id = series.admit(sample);
    if (id === undefined) return drops.add('too_many_series', 1);
    writer.push(id, Math.floor(sample.atMs), sample.value);
  }

  const maintain = (): Promise<MaintenanceReport> =>
    link.ask({ kind: 'maintain', nowMs: clock.nowMs(), sealDelayMs, retention });

  async function maintainUnlessBusy(): Promise<void> {
    if (maintaining) return;
    maintaining = true;
    try {
      await maintain();
      upkeepError = undefined;
    } catch (error) {
      if (closing) return;
      if (upkeepError === undefined) log.error('metric history upkeep failed', errorFields(error));
      upkeepError = error instanceof Error ? error.message : String(error);
    } finally {
      maintaining = false;
    }
  }

  const upkeep = clock.every(options.maintainEveryMs, () => void maintainUnlessBusy());

  return {
    append(samples) {
      if (closing) return drops.add('closed', samples.length);
      const nowMs = clock.nowMs();
      const oldestMs = oldestDay(nowMs, retention.rawSec) * DAY_SEC * 1000;
      for (const sample of samples) accept(sample, oldestMs, nowMs + FUTURE_MS);
    },

    async query(query: RangeQuery): Promise<SeriesPoints[]> {
      checkRange(query);
      if (!writer.status().failing && link.trouble() === undefined) await writer.flush();
      const ids = query.series.map((key) => series.find(key));
      const known = [...new Set(ids.filter((id) => id !== undefined))];
      const { fromMs, toMs, stepSec, agg } = query;
      const { points } = await link.ask({ kind: 'read', ids: known, fromMs, toMs, stepSec, agg });
      const pointsById = new Map(known.map((id, index) => [id, points[index]]));
      return query.series.map((labels, index) => {
        const id = ids[index];
        return { labels, points: toPoints(id === undefined ? undefined : pointsById.get(id)) };
      });
    },

    async listSeries(filter) {
      return selectSeries(series.keys(), filter);
    },

    flush: () => writer.flush(),
    maintain,

    async backup(target) {
      await writer.flush();
      const atMs = clock.nowMs();
      return { ...(await link.ask({ kind: 'backup', directory: target })), atMs };
    },

    health() {
      const { failing, lastError, ...counts } = writer.status();
      const trouble = lastError ?? link.trouble() ?? upkeepError;
      return {
        kind: 'embedded',
        ok: !failing && trouble === undefined,
        ...counts,
        ...drops.health(),
        ...(trouble !== undefined && { lastError: trouble }),
      };
    },

    async close() {
      if (!closing) {
        closing = true;
        upkeep.cancel();
        await writer.close();
      }
      await link.close();
    },
  };
}
