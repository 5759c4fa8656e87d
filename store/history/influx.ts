// Metric history in an InfluxDB: our own line-protocol writer with a disk spool,
// and a reader in the query language of its version.

import type { Clock } from '#kernel/clock.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { createDropCount } from './drop-count.ts';
import type { MetricHistory } from './history.ts';
import { createDelivery } from './influx/delivery.ts';
import { writeEndpoint, type InfluxSettings } from './influx/endpoint.ts';
import { createFluxReader } from './influx/read-flux.ts';
import { createInfluxqlReader } from './influx/read-influxql.ts';
import { createPointLines } from './influx/point-lines.ts';
import { createBatchSender } from './influx/send-batch.ts';
import { openSpool } from './influx/spool.ts';
import { checkRange } from './range-query.ts';
import { selectSeries } from './select-series.ts';

export interface InfluxHistoryOptions extends InfluxSettings {
  /** Holds batches while the server is away; created when absent; one process per directory. */
  spoolDirectory: string;
  spoolMaxBytes?: number;
  bufferSamples?: number;
  flushEveryMs?: number;
}

const DEFAULTS = { spoolMaxBytes: 256 << 20, bufferSamples: 131_072, flushEveryMs: 1000 };

/**
 * Opens without asking the server, which may be down. Throws AppError `influx_bad_settings` when settings are missing.
 *
 * Layout: measurement = metric name, tags `cluster` and `host`, one field `value`, always a float, time to the
 * millisecond; the database is made when it is missing (1.x and 3.x). For one series and instant the later sample wins.
 * A query sees everything that the server has; what is still spooled comes when it is replayed.
 */
export async function openInfluxHistory(
  deps: { clock: Clock; log: Logger },
  given: InfluxHistoryOptions,
): Promise<MetricHistory> {
  const options = { ...DEFAULTS, ...given };
  const endpoint = writeEndpoint(options);
  const reader = options.version === '2' ? createFluxReader(deps, options) : createInfluxqlReader(deps, options);
  const spool = await openSpool({ directory: options.spoolDirectory, maxBytes: options.spoolMaxBytes });
  const drops = createDropCount();
  const sender = createBatchSender(endpoint, { connections: 2 });
  const createDatabase = () => reader.createDatabase();
  const delivery = createDelivery({ ...deps, drops, sender, spool, createDatabase }, options);
  const lineOf = createPointLines();
  let closed: Promise<void> | undefined;

  async function ready(): Promise<void> {
    if (closed) throw new AppError('history_stopped', 'The metric history is closed.', { status: 503 });
    await delivery.flush();
  }

  return {
    append(samples) {
      if (closed) return drops.add('closed', samples.length);
      for (const sample of samples) {
        if (!Number.isFinite(sample.value)) drops.add('not_finite', 1);
        else if (!Number.isSafeInteger(Math.floor(sample.atMs))) drops.add('outside_window', 1);
        else delivery.push(lineOf(sample));
      }
    },

    async query(query) {
      checkRange(query);
      await ready();
      const found = await reader.read(query);
      return query.series.map((labels, index) => ({ labels, points: found[index] ?? [] }));
    },

    async listSeries(filter) {
      await ready();
      return selectSeries(await reader.list(filter), filter);
    },

    flush: () => delivery.flush(),

    health() {
      const { failing, ...counts } = delivery.status();
      return { kind: 'influx', ok: !failing, ...counts, ...drops.health() };
    },

    close: () => (closed ??= delivery.close()),
  };
}
