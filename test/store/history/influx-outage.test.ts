// InfluxDB dies under load and comes back: every sample is there, counted one by one.

import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { openInfluxHistory } from '#store/history/influx.ts';
import { describeWithPeer } from '../../support/peer.ts';
import { startInfluxd } from './influxd.ts';

const OUTAGE_MS = 20_000;
const SERIES = 500;
const EVERY_MS = 250;

describeWithPeer('influxd', 'InfluxDB is stopped for 20 seconds under load', () => {
  test('every sample that was taken before, meanwhile and afterwards is stored', { timeout: 90_000 }, async () => {
    const influxd = await startInfluxd();
    onTestFinished(() => influxd.remove());
    const spoolDirectory = await mkdtemp(path.join(os.tmpdir(), 'plexus-spool-'));
    onTestFinished(() => rm(spoolDirectory, { recursive: true }));
    const clock = systemClock();
    const history = await openInfluxHistory(
      { clock, log: silentLogger },
      { url: influxd.url, version: '1', database: 'outage', spoolDirectory },
    );
    let appended = 0;
    const load = clock.every(EVERY_MS, () => {
      const atMs = clock.nowMs();
      history.append(
        Array.from({ length: SERIES }, (_, index) => ({
          ...{ cluster: 'web', host: `host-${index % 50}`, hostKey: 'x', metric: `m${Math.floor(index / 50)}` },
          ...{ value: appended + index, atMs },
        })),
      );
      appended += SERIES;
    });
    onTestFinished(() => load.cancel());

    await vi.waitFor(() => expect(history.health().written).toBeGreaterThan(2 * SERIES), { timeout: 10_000 });
    await influxd.stop();
    await clock.sleep(OUTAGE_MS);
    expect(history.health()).toMatchObject({ ok: false, dropped: 0 });
    expect(history.health().pending).toBeGreaterThan((OUTAGE_MS / EVERY_MS) * SERIES * 0.8);
    await influxd.start();
    await vi.waitFor(() => expect(history.health()).toMatchObject({ ok: true }), { timeout: 40_000 });
    load.cancel();
    await vi.waitFor(
      async () => {
        await history.flush();
        expect(history.health().pending).toBe(0);
      },
      { timeout: 20_000 },
    );

    expect(history.health()).toMatchObject({ written: appended, dropped: 0 });
    let stored = 0;
    for (let metric = 0; metric < SERIES / 50; metric++) {
      const query = `SELECT count(value) FROM m${metric}`;
      const answer = await fetch(`${influxd.url}/query?db=outage&q=${encodeURIComponent(query)}`);
      stored += Number(/"values":\[\[[^,]+,(\d+)\]\]/.exec(await answer.text())?.[1] ?? 0);
    }
    expect(stored).toBe(appended);
    await history.close();
  });
});
