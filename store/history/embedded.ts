// Metric history in a DuckDB file of our own: the default. This side numbers the
// series, buffers, and retries; the database thread (embedded/worker.ts) stores.

import { backoffMs } from '#kernel/backoff.ts';
import type { Clock, Timer } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import { createDropCount } from './drop-count.ts';
import type { MaintenanceReport, WriteRequest } from './embedded/protocol.ts';
import { createSampleRing } from './embedded/sample-ring.ts';
import { createSeriesTable } from './embedded/series-table.ts';
import { DEFAULT_RETENTION, type Retention } from './embedded/tiers.ts';
import { startWorker } from './embedded/worker-link.ts';
import type { MetricHistory, RangeQuery, SeriesPoints } from './history.ts';
import { checkRange, toPoints } from './range-query.ts';
import { selectSeries } from './select-series.ts';

export interface EmbeddedHistoryOptions {
  /** Holds `history.duckdb` and its log; created when absent. */
  directory: string;
  /** Of DuckDB itself; sorts beyond it spill to disk. */
  memoryLimitMb?: number;
  bufferSamples?: number;
  maxSeries?: number;
  retention?: Partial<Retention>;
  flushEveryMs?: number;
  maintainEveryMs?: number;
  sealDelayMs?: number;
}

export interface EmbeddedHistory extends MetricHistory {
  /** Seals hours that are over and drops what is too old, now; runs by itself once a minute. */
  maintain(): Promise<MaintenanceReport>;
}

const DEFAULTS = {
  memoryLimitMb: 128,
  bufferSamples: 131_072,
  maxSeries: 500_000,
  flushEveryMs: 500,
  maintainEveryMs: 60_000,
  // Late packets of an hour mostly come within minutes; later ones cost a second sort of that hour.
  sealDelayMs: 300_000,
};

const BATCH_SAMPLES = 16_384;
// A sender's clock does not matter here (the collector stamps), so only a stepped clock of our own lands ahead.
const FUTURE_MS = 3_600_000;
const RETRY = { firstMs: 500, factor: 2, maxMs: 30_000 };

/** A batch that is being written, with the position of its first sample in the order of all accepted ones. */
interface InFlight {
  startsAt: number;
  request: WriteRequest;
}

/**
 * Opens or creates the store. Throws AppError `history_locked` when another process (or this one) has it open and
 * `history_unreadable` when the file is damaged or not ours.
 *
 * Samples are kept to the millisecond. For one series and instant the sample appended last wins. Samples older
 * than raw retention, or more than an hour ahead of the clock, are dropped as `outside_window`. While writing
 * fails (disk full) a query answers from what is stored.
 */
export async function openEmbeddedHistory(
  deps: { clock: Clock; log: Logger },
  given: EmbeddedHistoryOptions,
): Promise<EmbeddedHistory> {
  const { clock, log } = deps;
  const options = { ...DEFAULTS, ...given, retention: { ...DEFAULT_RETENTION, ...given.retention } };
  const link = startWorker();
  const stored = await link.ask({ ...options, kind: 'open', nowMs: clock.nowMs() }).catch(async (error: unknown) => {
    await link.terminate();
    throw error;
  });

  const ring = createSampleRing(options.bufferSamples);
  const series = createSeriesTable(stored.series, options.maxSeries);
  const drops = createDropCount();
  let accepted = 0;
  let written = 0;
  let inFlight: InFlight | undefined;
  let failures = 0;
  let lastError: string | undefined;
  let retry: Timer | undefined;
  let closing = false;
  let waiters: { position: number; resolve: () => void }[] = [];
  let soon: Timer | undefined;
  let maintaining = false;

  const settledUpTo = (): number => inFlight?.startsAt ?? accepted - ring.length;

  function settle(): void {
    const upTo = settledUpTo();
    for (const waiter of waiters) if (waiter.position <= upTo) waiter.resolve();
    waiters = waiters.filter((waiter) => waiter.position > upTo);
  }

  /** Keeps one batch on its way while there is anything to write; the rest waits in the ring, where it is bounded. */
  function pump(): void {
    if (inFlight || retry || ring.length === 0) return;
    const startsAt = accepted - ring.length;
    inFlight = { startsAt, request: { kind: 'write', series: series.takeNew(), samples: ring.take(BATCH_SAMPLES) } };
    void send(inFlight.request);
  }

  function pumpNow(): void {
    soon = undefined;
    pump();
  }

  async function send(request: WriteRequest): Promise<void> {
    try {
      const { rows } = await link.ask(request);
      written += rows;
      if (failures > 0) log.info('metric history writes again', { afterFailures: failures });
      failures = 0;
      lastError = undefined;
      inFlight = undefined;
      settle();
      if (ring.length >= BATCH_SAMPLES || waiters.length > 0) pump();
    } catch (error) {
      failures++;
      lastError = error instanceof Error ? error.message : String(error);
      if (failures === 1) log.error('metric history cannot write; samples wait in memory', errorFields(error));
      if (closing) return giveUp();
      retry = clock.after(backoffMs(RETRY, failures), () => {
        retry = undefined;
        void send(request);
      });
    }
  }

  function giveUp(): void {
    drops.add('closed', ring.take(options.bufferSamples).ids.length + (inFlight?.request.samples.ids.length ?? 0));
    inFlight = undefined;
    settle();
  }

  function accept(sample: Sample, oldestMs: number, newestMs: number): void {
    if (!Number.isFinite(sample.value)) return drops.add('not_finite', 1);
    if (!(sample.atMs >= oldestMs && sample.atMs < newestMs)) return drops.add('outside_window', 1);
    const id = series.admit(sample);
    if (id === undefined) return drops.add('too_many_series', 1);
    accepted++;
    drops.add('buffer_full', ring.push(id, Math.floor(sample.atMs), sample.value));
  }

  function flush(): Promise<void> {
    return new Promise((resolve) => {
      waiters.push({ position: accepted, resolve });
      settle();
      pump();
    });
  }

  function maintain(): Promise<MaintenanceReport> {
    const { sealDelayMs, retention } = options;
    return link.ask({ kind: 'maintain', nowMs: clock.nowMs(), sealDelayMs, retention });
  }

  async function maintainUnlessBusy(): Promise<void> {
    if (maintaining) return;
    maintaining = true;
    try {
      await maintain();
    } catch (error) {
      log.error('metric history upkeep failed', errorFields(error));
    } finally {
      maintaining = false;
    }
  }

  const upkeep = clock.every(options.maintainEveryMs, () => void maintainUnlessBusy());

  return {
    append(samples) {
      if (closing) return drops.add('closed', samples.length);
      const nowMs = clock.nowMs();
      for (const sample of samples) accept(sample, nowMs - options.retention.rawSec * 1000, nowMs + FUTURE_MS);
      if (ring.length >= BATCH_SAMPLES) pump();
      // Armed by the first sample only, so that an idle store costs nothing.
      if (ring.length > 0) soon ??= clock.after(options.flushEveryMs, pumpNow);
    },

    async query(query: RangeQuery): Promise<SeriesPoints[]> {
      checkRange(query);
      if (failures === 0) await flush();
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

    flush,
    maintain,

    health() {
      const pending = accepted - settledUpTo();
      return {
        kind: 'embedded',
        ok: failures === 0,
        pending,
        written,
        ...drops.health(),
        ...(lastError !== undefined && { lastError }),
      };
    },

    async close() {
      if (closing) return link.exited;
      closing = true;
      upkeep.cancel();
      soon?.cancel();
      if (retry && inFlight) {
        retry.cancel();
        retry = undefined;
        void send(inFlight.request);
      }
      await flush();
      await link
        .ask({ kind: 'close' })
        .catch((error: unknown) => log.warn('metric history did not close cleanly', errorFields(error)));
      await link.exited;
    },
  };
}
