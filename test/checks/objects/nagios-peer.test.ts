// Random configurations put to a real Nagios and to ours: the object caches must be the same.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importNagios } from '#checks/objects/import-nagios.ts';
import { createNagiosFilesOnDisk } from '#checks/objects/nagios-files-on-disk.ts';
import { toObjectsCache } from '#checks/objects/objects-cache.ts';
import { readNagiosTree } from '#wire/nagios-config-tree.ts';
import { describeWithPeer, peerPath } from '../../support/peer.ts';
import { readCacheFile, sortObjects } from './nagios-tree-fixture.ts';
import { randomTree } from './random-tree.ts';

describeWithPeer('nagios4', 'beside a real Nagios', () => {
  let folder = '';
  const file = (name: string) => path.join(folder, name);

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'plexus-nagios-'));
    mkdirSync(file('spool'));
    // Started by root it goes on as another user.
    chmodSync(folder, 0o777);
    chmodSync(file('spool'), 0o777);
    const paths = {
      cfg_file: 'objects.cfg',
      log_file: 'nagios.log',
      object_cache_file: 'objects.cache',
      precached_object_file: 'precached',
      status_file: 'status.dat',
      lock_file: 'nagios.pid',
      temp_file: 'nagios.tmp',
      check_result_path: 'spool',
      command_file: 'nagios.cmd',
    };
    const lines = Object.entries(paths).map(([key, name]) => `${key}=${file(name)}`);
    writeFileSync(file('nagios.cfg'), [...lines, 'interval_length=60', 'temp_path=/tmp', ''].join('\n'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Undefined when Nagios refuses the configuration. */
  function cacheOfNagios() {
    rmSync(file('precached'), { force: true });
    try {
      execFileSync(peerPath('nagios4') ?? '', ['-vp', file('nagios.cfg')], { timeout: 20_000, stdio: 'pipe' });
      return sortObjects(readCacheFile(file('precached')));
    } catch {
      return undefined;
    }
  }

  test('random configurations resolve to the same objects', { timeout: 120_000 }, () => {
    let accepted = 0;
    fc.assert(
      fc.property(randomTree, (text) => {
        writeFileSync(file('objects.cfg'), text);
        const theirs = cacheOfNagios();
        if (theirs === undefined) return;
        accepted++;
        const { resolved, settings } = importNagios(readNagiosTree(file('nagios.cfg'), createNagiosFilesOnDisk()));
        const ours = toObjectsCache(resolved, settings.intervalLengthSec);
        expect(
          sortObjects(ours.map(({ type, attributes }) => ({ type, attrs: Object.fromEntries(attributes) }))),
        ).toEqual(theirs);
      }),
      { numRuns: 60, endOnFailure: true },
    );
    expect(accepted).toBeGreaterThan(20);
    expect(readFileSync(file('objects.cfg'), 'utf8')).not.toBe('');
  });
});
