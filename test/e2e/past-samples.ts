// A day that a server did not live through: samples written into the history of its
// home while it is stopped.

import path from 'node:path';
import { systemClock } from '#kernel/clock.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import { silentLogger } from '#kernel/log.ts';
import { openEmbeddedHistory } from '#store/history/embedded.ts';

export interface PastDay {
  cluster: string;
  hosts: readonly string[];
  metrics: readonly string[];
  hours: number;
  stepSec: number;
}

// What the store takes in one go without its buffer running over.
const SAMPLES_A_BATCH = 100_000;

/** Waves of the day that differ by host, metric and day; always the same for the same hour. */
function valueAt(atMs: number, host: number, metric: number): number {
  const day = (atMs / 86_400_000) * 2 * Math.PI;
  return Math.round((50 + 30 * Math.sin(day + host / 3) + 8 * Math.sin(day * 40.7 + metric) + host) * 100) / 100;
}

/** Writes the samples up to now. The server of the home must be stopped. */
export async function writePastSamples(home: string, day: PastDay): Promise<void> {
  const clock = systemClock();
  const directory = path.join(home, 'history');
  const history = await openEmbeddedHistory({ clock, log: silentLogger }, { directory });
  const endMs = Math.floor(clock.nowMs() / 1000) * 1000;
  let batch: Sample[] = [];
  const hand = async (): Promise<void> => {
    history.append(batch);
    batch = [];
    await history.flush();
  };
  for (let atMs = endMs - day.hours * 3_600_000; atMs <= endMs; atMs += day.stepSec * 1000) {
    for (const [hostAt, host] of day.hosts.entries()) {
      for (const [metricAt, metric] of day.metrics.entries()) {
        const value = valueAt(atMs, hostAt, metricAt);
        batch.push({ cluster: day.cluster, host, hostKey: `10.9.0.${hostAt + 1}`, metric, value, atMs });
      }
    }
    if (batch.length >= SAMPLES_A_BATCH) await hand();
  }
  await hand();
  await history.close();
}
