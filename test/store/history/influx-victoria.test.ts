// The 2.x write path against a real server that speaks it: Debian's VictoriaMetrics.
// It has no Flux, so what was stored is read through its own export.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { openInfluxHistory } from '#store/history/influx.ts';
import { freeTcpPort } from '../../support/free-port.ts';
import { describeWithPeer, peerPath } from '../../support/peer.ts';

async function startVictoria(): Promise<string> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'plexus-victoria-'));
  const port = await freeTcpPort();
  const server = spawn(
    peerPath('victoria-metrics') ?? '',
    [
      `-storageDataPath=${directory}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      '-retentionPeriod=1',
      '-memory.allowedBytes=64MB',
    ],
    { stdio: 'ignore' },
  );
  onTestFinished(async () => {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
    await rm(directory, { recursive: true });
  });
  const url = `http://127.0.0.1:${port}`;
  await vi.waitFor(async () => expect((await fetch(`${url}/health`)).status).toBe(200), { timeout: 20_000 });
  return url;
}

describeWithPeer('victoria-metrics', 'the 2.x write path, packed and plain, at a real server', () => {
  test.each([false, true])('gzip %s: every sample is stored with its labels', async (gzip) => {
    const url = await startVictoria();
    const spoolDirectory = await mkdtemp(path.join(os.tmpdir(), 'plexus-spool-'));
    onTestFinished(() => rm(spoolDirectory, { recursive: true }));
    const clock = systemClock();
    const history = await openInfluxHistory(
      { clock, log: silentLogger },
      { url, version: '2', token: 't', org: 'o', bucket: 'b', gzip, spoolDirectory },
    );
    const firstMs = Math.floor(clock.nowMs() / 1000) * 1000 - 600_000;
    const samples = Array.from({ length: 12_000 }, (_, index) => ({
      ...{ cluster: 'web, "one"', host: `host ${index % 20}`, hostKey: 'x', metric: 'load_one' },
      ...{ value: index / 8, atMs: firstMs + Math.floor(index / 20) * 1000 },
    }));
    history.append(samples);
    await history.flush();
    expect(history.health()).toMatchObject({ ok: true, written: 12_000, dropped: 0, pending: 0 });
    const exported = async () => {
      const answer = await fetch(`${url}/api/v1/export?match[]=${encodeURIComponent('{__name__=~"load_one.*"}')}`);
      const lines = (await answer.text()).trim().split('\n').filter(Boolean);
      return lines.map((line): { metric: Record<string, string>; values: number[] } => JSON.parse(line));
    };
    await vi.waitFor(
      async () => expect((await exported()).reduce((sum, { values }) => sum + values.length, 0)).toBe(12_000),
      { timeout: 20_000, interval: 500 },
    );
    const series = (await exported()).find(({ metric }) => metric['host'] === 'host 7');
    expect(series?.metric).toMatchObject({ cluster: 'web, "one"', host: 'host 7' });
    expect(series?.values.slice(0, 3)).toEqual([7 / 8, 27 / 8, 47 / 8]);
    await history.close();
  });
});
