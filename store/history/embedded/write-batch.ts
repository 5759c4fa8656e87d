// Writes one batch of samples: first to the logs, synced, then to the memory of
// their hours. Knows nothing of sorting.

import type { SampleColumns, WriteRequest } from './protocol.ts';
import type { StoreFiles } from './store-files.ts';
import { dayOfHour, HOUR_MS, hourOf } from './tiers.ts';

export interface BatchOutcome {
  rows: number;
  /** Too old: their day has been rolled up and its raw samples are gone. */
  refused: number;
}

/** Rejects when the batch is not on disk; sending it again then leaves the same content. */
export async function writeBatch(files: StoreFiles, batch: WriteRequest): Promise<BatchOutcome> {
  await files.series.append(batch.series, dayOfHour(hourOf(batch.nowMs)));
  let refused = 0;
  for (const [hour, { ids, times, values }] of splitByHour(batch.samples)) {
    if (files.isClosed(dayOfHour(hour))) {
      refused += ids.length;
      continue;
    }
    const { samples, log } = files.arrivalsOf(hour, batch.nowMs);
    await log.append([ids, times, values].map((column) => new Uint8Array(column.buffer)));
    for (let index = 0; index < ids.length; index++) {
      samples.add(ids[index] ?? 0, times[index] ?? 0, values[index] ?? 0);
    }
  }
  return { rows: batch.samples.ids.length - refused, refused };
}

/** Columns of each hour, in the order of arrival; instants in ms since the start of the hour. */
function splitByHour(
  samples: SampleColumns,
): Map<number, { ids: Int32Array; times: Uint32Array; values: Float64Array }> {
  const counts = new Map<number, number>();
  for (const atMs of samples.atMs) counts.set(hourOf(atMs), (counts.get(hourOf(atMs)) ?? 0) + 1);
  const split = new Map<number, { ids: Int32Array; times: Uint32Array; values: Float64Array; filled: number }>();
  for (const [hour, count] of counts) {
    const [ids, times, values] = [new Int32Array(count), new Uint32Array(count), new Float64Array(count)];
    split.set(hour, { ids, times, values, filled: 0 });
  }
  for (let index = 0; index < samples.ids.length; index++) {
    const atMs = samples.atMs[index] ?? 0;
    const columns = split.get(hourOf(atMs));
    if (!columns) continue;
    const row = columns.filled++;
    columns.ids[row] = samples.ids[index] ?? 0;
    columns.times[row] = atMs - hourOf(atMs) * HOUR_MS;
    columns.values[row] = samples.values[index] ?? 0;
  }
  return split;
}
