// Real peers (gmond, influxd, redis-server, chromium …) come from Debian packages.
// Where one is missing its tests are skipped with the reason, unless
// PLEXUS_TEST_REQUIRE_PEERS=1 turns the skip into a failure.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'vitest';

const FOLDERS = ['/usr/sbin', '/usr/bin', '/usr/local/bin', '/usr/lib/nagios/plugins', '/usr/share', '/sbin', '/bin'];

/** Full path of an installed program, or undefined. */
export const peerPath = (program: string): string | undefined =>
  FOLDERS.map((folder) => path.join(folder, program)).find((file) => existsSync(file));

const required = process.env['PLEXUS_TEST_REQUIRE_PEERS'] === '1';

/** `describe` when every program is installed; otherwise one skipped (or failed) test that says which is not. */
export function describeWithPeer(programs: string | string[], title: string, suite: () => void): void {
  const missing = [programs].flat().filter((program) => peerPath(program) === undefined);
  if (missing.length === 0) {
    describe(title, suite);
    return;
  }
  const reason = `${title}: ${missing.join(', ')} not installed`;
  if (required) test(reason, () => Promise.reject(new Error(`${reason}, and PLEXUS_TEST_REQUIRE_PEERS=1`)));
  else test.skip(reason, () => undefined);
}
