// The InfluxDB store against Debian's influxd: the common contract, and what
// happens while the server is away.

import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { silentLogger } from '#kernel/log.ts';
import { openInfluxHistory, type InfluxHistoryOptions } from '#store/history/influx.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { describeWithPeer } from '../../support/peer.ts';
import { historyContract, point, points, range, sample } from './contract.ts';
import { startInfluxd, type Influxd } from './influxd.ts';

describeWithPeer('influxd', 'InfluxDB history', () => {
  let influxd: Influxd;
  let databases = 0;

  beforeAll(async () => {
    influxd = await startInfluxd();
  });

  afterAll(() => influxd.remove());

  async function newPlace() {
    const spoolDirectory = await mkdtemp(path.join(os.tmpdir(), 'plexus-spool-'));
    const settings: InfluxHistoryOptions = {
      url: influxd.url,
      version: '1',
      // A name that must be quoted, so that quoting is tested all along.
      database: `plexus test "${++databases}"; --`,
      spoolDirectory,
    };
    return {
      spoolDirectory,
      settings,
      open: (clock: FakeClock, options = {}) =>
        openInfluxHistory({ clock, log: silentLogger }, { ...settings, ...options }),
      remove: () => rm(spoolDirectory, { recursive: true }),
    };
  }

  describe('contract', () => historyContract(newPlace));

  test('a server that is away: samples are spooled, survive a restart, and are replayed in order', async () => {
    const clock = new FakeClock();
    const place = await newPlace();
    let history = await place.open(clock);
    history.append([sample(0, 1)]);
    await history.flush();

    await influxd.stop();
    for (let second = 1; second <= 3; second++) {
      history.append([sample(second, second)]);
      await history.flush();
    }
    assert.equal(history.health().ok, false);
    assert.equal(history.health().pending, 3);
    assert.match(history.health().lastError ?? '', /ECONNREFUSED/);
    await assert.rejects(history.query(range(0, 60)), { code: 'history_unavailable', retry: 'later' });
    await history.close();
    assert.equal((await readdir(place.spoolDirectory)).length, 3);

    await influxd.start();
    history = await place.open(clock);
    assert.equal(history.health().pending, 3);
    await drained(history);
    assert.deepEqual(
      await points(history, range(0, 60, { agg: 'last' })),
      [point(0, 3, 1, 3)].map(([at, last]) => [at, last, 1, 3]),
    );
    assert.deepEqual(await readdir(place.spoolDirectory), []);
    await history.close();
    await place.remove();
  });
});

async function drained(history: { health(): { pending: number }; flush(): Promise<void> }): Promise<void> {
  while (history.health().pending > 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
