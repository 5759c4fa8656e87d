// A gmond loses packets while it prints its XML. Here packets are heard while the XML is
// dumped, history is written and asked, live state is queried and kept for the next start.

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { openEmbeddedHistory } from '#store/history/embedded.ts';
import { readAll, startCollector } from './harness.ts';
import type { SteadyLoad } from './steady-sender.ts';

test('no packet is lost to dumps, queries and history', { timeout: 60_000 }, async () => {
  const clock = systemClock();
  const home = await mkdtemp(path.join(tmpdir(), 'plexus-uninterrupted-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const history = await openEmbeddedHistory({ clock, log: silentLogger }, { directory: path.join(home, 'history') });
  onTestFinished(() => history.close());
  const { collector, udpPort, xmlPort } = await startCollector({
    stateFile: path.join(home, 'state'),
    deps: { appendHistory: (samples) => history.append(samples) },
  });
  const load: SteadyLoad = { port: udpPort, hosts: 200, metrics: 40, perSec: 8000, rounds: 3 };
  const sender = new Worker(new URL('./steady-sender.ts', import.meta.url), { workerData: load });
  let sent: number | undefined;
  const done = once(sender, 'message').then(([count]) => (sent = Number(count)));

  let dumps = 0;
  const series = Array.from({ length: 40 }, (_, m) => ({ cluster: 'default', host: 'node-1', metric: `metric_${m}` }));
  while (sent === undefined) {
    const nowMs = clock.nowMs();
    const range = { fromMs: nowMs - 3_600_000, toMs: nowMs + 1000, stepSec: 60, agg: 'avg' as const };
    const [xml] = await Promise.all([readAll(xmlPort), history.query({ series, ...range })]);
    if (xml.endsWith('</GANGLIA_XML>\n')) dumps++;
    for (const { cluster, key } of collector.api.hosts()) collector.api.hostMetrics(cluster, key);
  }
  await done;
  await expect
    .poll(async () => {
      const { packetsById, kernelDrops } = await collector.api.counters();
      return { heard: packetsById.reduce((sum, { packets }) => sum + packets, 0), kernelDrops };
    })
    .toEqual({ heard: sent, kernelDrops: 0 });
  expect(dumps).toBeGreaterThanOrEqual(5);
  expect(history.health().dropped).toBe(0);
});
